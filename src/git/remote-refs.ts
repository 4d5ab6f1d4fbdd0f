import type { ChartUnavailableError } from '../api/errors.ts';
import { createSingleFlight } from '../process/single-flight.ts';
import type { Clock } from '../telemetry/clock.ts';
import { LS_REMOTE, parseOneRef, parseRefs, type Refs } from './ref-list.ts';
import type { Connection } from './transport.ts';

/** The refs of one remote, asked for once for all who want them at the same time. */
export interface RemoteRefs {
  /** As they were at most `maxAgeMs` before this call. */
  get(maxAgeMs: number, signal: AbortSignal): Promise<Refs>;
  /** One ref that is neither branch nor tag. */
  other(fullName: string, signal: AbortSignal): Promise<string | undefined>;
}

interface Answer {
  /** When git was started: what changed on the server after that may be missing. */
  readonly asOf: number;
  readonly refs: Refs;
}

const MAX_BYTES = 64_000_000;
/** A remote that failed is left alone for a moment, or a thousand releases would ask it one after the other. */
const FAILURE_COUNTS_MS = 2_000;

export function createRemoteRefs(connection: Connection, clock: Clock): RemoteRefs {
  const flights = createSingleFlight<Refs>();
  let startedAt = Number.NEGATIVE_INFINITY;
  let last: Answer | undefined;
  let failure: { readonly at: number; readonly error: ChartUnavailableError } | undefined;

  async function ask(signal: AbortSignal): Promise<Refs> {
    const asOf = startedAt;
    const result = await connection.run(LS_REMOTE, { signal, maxOutputBytes: MAX_BYTES });
    if (result.kind === 'failed') {
      failure = { at: clock.monotonicMs(), error: result.error };
      throw result.error;
    }
    const refs = parseRefs(result.stdout, connection.endpoint.insecure);
    last = { asOf, refs };
    failure = undefined;
    return refs;
  }

  return {
    get: async (maxAgeMs, signal) => {
      const oldest = clock.monotonicMs() - maxAgeMs;
      for (;;) {
        if (last !== undefined && last.asOf >= oldest) return last.refs;
        if (
          failure !== undefined &&
          clock.monotonicMs() - failure.at < Math.min(maxAgeMs, FAILURE_COUNTS_MS)
        ) {
          throw failure.error;
        }
        // One that began before `oldest` may have missed a push: wait for it, then ask again.
        if (flights.size === 0) startedAt = clock.monotonicMs();
        const tooEarly = startedAt < oldest;
        const refs = flights.run('refs', signal, ask);
        if (!tooEarly) return refs;
        await refs.catch(() => undefined);
        signal.throwIfAborted();
      }
    },
    other: async (fullName, signal) => {
      const result = await connection.run(['ls-remote', '--quiet', 'origin', fullName], {
        signal,
        maxOutputBytes: MAX_BYTES,
      });
      if (result.kind === 'failed') throw result.error;
      return parseOneRef(result.stdout, fullName);
    },
  };
}
