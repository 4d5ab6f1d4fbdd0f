import { lookup as systemLookup } from 'node:dns/promises';
import { createSemaphore } from '../process/semaphore.ts';
import { createSingleFlight } from '../process/single-flight.ts';
import type { Clock } from '../telemetry/clock.ts';

export interface HostAddress {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a host by the word of the system, the best first. Rejects as the system does (ENOTFOUND, EAI_AGAIN). */
export type HostLookup = (host: string, signal: AbortSignal) => Promise<readonly HostAddress[]>;

export interface HostLookupOptions {
  readonly clock: Clock;
  /** Threads that may wait for DNS at a time, at least 2. The system's lookup cannot be ended, and file access needs them too. */
  readonly places?: number;
  readonly waitMs?: number;
  readonly resolve?: (host: string) => Promise<readonly HostAddress[]>;
}

/** libuv itself lets lookups have no more than this half of its four threads. */
const PLACES = 2;

/** Whoever asked has given up by then, and its turn is for somebody else. */
const WAIT_MS = 15_000;

/** Shorter than whatever watches a host, long enough that the commands of one lookup of a chart ask once. */
const GOOD_MS = 10_000;
const BAD_MS = 3_000;
const MAX_KNOWN = 2_000;

type Answer = { readonly at: number } & (
  | { readonly kind: 'found'; readonly addresses: readonly HostAddress[] }
  | { readonly kind: 'failed'; readonly error: Error }
);

/**
 * One for everything that is fetched from outside of the cluster. Names are looked up by the system, since names of a
 * cluster need its search list, and since what is checked must be what git and ssh would find themselves. A host that has not
 * answered well the last time shares all places but one with its like, so that dead names keep none of the others waiting.
 */
export function createHostLookup(o: HostLookupOptions): HostLookup {
  const { clock, places = PLACES, waitMs = WAIT_MS, resolve = resolveBySystem } = o;
  const all = createSemaphore(places);
  const strangers = createSemaphore(places - 1);
  const flights = createSingleFlight<readonly HostAddress[]>();
  const running = new Map<string, Promise<readonly HostAddress[]>>();
  const known = new Map<string, Answer>(); // in the order of the answers

  const remember = (host: string, answer: Answer): void => {
    known.delete(host);
    known.set(host, answer);
    const [oldest] = known.keys();
    if (known.size > MAX_KNOWN && oldest !== undefined) known.delete(oldest);
  };

  const ask = async (host: string): Promise<readonly HostAddress[]> => {
    try {
      const addresses = await resolve(host);
      remember(host, { kind: 'found', addresses, at: clock.monotonicMs() });
      return addresses;
    } catch (caught) {
      const error = caught instanceof Error ? caught : new Error(String(caught));
      remember(host, { kind: 'failed', error, at: clock.monotonicMs() });
      throw error;
    } finally {
      running.delete(host);
    }
  };

  /** It goes on when nobody waits any more: who asks for that host again waits for it and takes no second place. */
  const start = (host: string): Promise<readonly HostAddress[]> => {
    const asked = ask(host);
    running.set(host, asked);
    return asked;
  };

  const inTurn = (host: string, signal: AbortSignal): Promise<readonly HostAddress[]> => {
    const turn = (): Promise<readonly HostAddress[]> => all.run(signal, () => start(host));
    return known.get(host)?.kind === 'found' ? turn() : strangers.run(signal, turn);
  };

  return async (host, signal) => {
    const answer = known.get(host);
    const age = answer && clock.monotonicMs() - answer.at;
    if (answer?.kind === 'found' && age !== undefined && age < GOOD_MS) return answer.addresses;
    if (answer?.kind === 'failed' && age !== undefined && age < BAD_MS) throw answer.error;

    const limit = new AbortController();
    const timer = setTimeout(() => {
      limit.abort(new LookupTimeoutError(host, waitMs));
    }, waitMs);
    try {
      const both = AbortSignal.any([signal, limit.signal]);
      return await flights.run(host, both, (shared) => running.get(host) ?? inTurn(host, shared));
    } finally {
      clearTimeout(timer);
    }
  };
}

class LookupTimeoutError extends Error {
  readonly code = 'EAI_AGAIN';

  constructor(host: string, waitMs: number) {
    super(`the name ${host} could not be resolved within ${String(waitMs / 1_000)} s: DNS does not answer`);
  }
}

function resolveBySystem(host: string): Promise<readonly HostAddress[]> {
  return systemLookup(host, { all: true });
}
