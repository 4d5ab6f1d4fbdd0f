import type { Elsewhere } from '../process/gate.ts';
import type { Chart, ChartSource } from './chart.ts';

export interface Freshness {
  /** On the monotonic clock: what was learned of the source since then is new enough. */
  readonly since: number;
  readonly signal: AbortSignal;
  /** Around what is asked of other hosts than that of the source. */
  readonly elsewhere?: Elsewhere;
}

/** Asks a source which chart it holds now, and fetches it unless it is in the store. Throws OperatorErrors. */
export type Lookup<S extends ChartSource = ChartSource> = (source: S, o: Freshness) => Promise<Chart>;
