import { asOperatorError, ChartUnavailableError, describe } from '../../api/errors.ts';
import { createSingleFlight } from '../../process/single-flight.ts';
import type { Clock, Random } from '../../telemetry/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Chart, ChartSourceKind } from '../chart.ts';
import type { Elsewhere, Gate } from '../../process/gate.ts';
import type { Freshness, Lookup } from '../lookup.ts';
import { describeSource, hostOfSource } from '../source.ts';
import type { Outcome, SourceState } from './source-state.ts';

export interface FetchEnd {
  readonly kind: ChartSourceKind;
  readonly ok: boolean;
  readonly seconds: number;
}

export interface LookupsOptions {
  readonly lookup: Lookup;
  readonly gate: Gate;
  readonly maxAgeMs: (kind: ChartSourceKind) => number;
  /** How long one lookup may take with all its requests: it holds a place that others wait for. */
  readonly lookupLimitMs?: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly onFetched?: ((end: FetchEnd) => void) | undefined;
  /** How many releases wait for what a source says. */
  readonly waitersOf: (key: string) => number;
  /** Called after each lookup, with what was known before it. */
  readonly onOutcome: (state: SourceState, before: Outcome | undefined) => void;
}

/** Runs lookups: one at a time for one source, whoever asks for it. */
export interface Lookups {
  /** `since` as in Freshness. Throws what the lookup throws, always an OperatorError unless aborted. */
  run(state: SourceState, since: number, signal: AbortSignal): Promise<Chart>;
}

const LOOKUP_LIMIT_MS = 900_000;
const FIRST_RETRY_MS = 5_000;
const LAST_RETRY_MS = 300_000;

export function createLookups(o: LookupsOptions): Lookups {
  const { clock, random, log, lookupLimitMs = LOOKUP_LIMIT_MS } = o;
  const flights = createSingleFlight<Chart>();

  const failed = (state: SourceState, caught: unknown): Outcome & { kind: 'failed' } => {
    const error = asOperatorError(caught);
    state.failures += 1;
    const longest = Math.max(FIRST_RETRY_MS, Math.min(LAST_RETRY_MS, o.maxAgeMs(state.source.kind)));
    const delay = Math.min(longest, FIRST_RETRY_MS * 2 ** Math.min(state.failures - 1, 20));
    const at = clock.monotonicMs();
    return { kind: 'failed', error, at, retryAt: at + delay * (0.75 + 0.5 * random()) };
  };

  const settle = (state: SourceState, outcome: Outcome, startedAt: number): void => {
    const before = state.outcome;
    state.outcome = outcome;
    state.lookedAt = startedAt;
    const seconds = (clock.monotonicMs() - startedAt) / 1_000;
    o.onFetched?.({ kind: state.source.kind, ok: outcome.kind === 'found', seconds });
    o.onOutcome(state, before);
  };

  const attempt = async (
    state: SourceState,
    { since, signal, elsewhere }: Freshness & { readonly elsewhere: Elsewhere },
  ): Promise<Chart> => {
    const startedAt = clock.monotonicMs();
    const limit = AbortSignal.timeout(lookupLimitMs);
    try {
      const chart = await o.lookup(state.source, {
        ...{ since, elsewhere },
        signal: AbortSignal.any([signal, limit]),
      });
      state.failures = 0;
      state.goodAt = startedAt;
      state.answeredAt = startedAt;
      settle(state, { kind: 'found', chart, at: startedAt }, startedAt);
      return chart;
    } catch (caught) {
      if (signal.aborted) throw caught;
      const outcome = failed(state, limit.aborted ? tooLong(state) : caught);
      report(state, outcome, log);
      settle(state, outcome, startedAt);
      throw outcome.error;
    }
  };

  const tooLong = ({ source }: SourceState): Error =>
    new ChartUnavailableError(
      `${describeSource(source)} took longer than ${String(Math.round(lookupLimitMs / 1000))} s to answer all that was asked`,
    );

  return {
    run: (state, since, signal) =>
      flights.run(state.key, signal, (shared) =>
        o.gate.run(
          hostOfSource(state.source),
          shared,
          (elsewhere) => attempt(state, { since, signal: shared, elsewhere }),
          // What failed the last time is asked after all that may help somebody now.
          () => (state.failures > 0 ? 0 : o.waitersOf(state.key)),
        ),
      ),
  };
}

/** One line when the error is new; the releases say it in their status anyway. */
function report(
  { source, outcome, failures }: SourceState,
  { error }: Outcome & { kind: 'failed' },
  log: Logger,
): void {
  const message = describe(error);
  if (outcome?.kind === 'failed' && describe(outcome.error) === message) return;
  const fields = { source: describeSource(source), error: message, failures };
  if (error.reason === 'UnexpectedError') log.error('chart source could not be read', fields);
  else log.info('chart source could not be read', fields);
}
