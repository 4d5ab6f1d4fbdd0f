import { describe, type OperatorError } from '../../api/errors.ts';
import type { Chart, ChartSource } from '../chart.ts';

/** How the last lookup of a source ended. Times are on the monotonic clock. */
export type Outcome =
  | { readonly kind: 'found'; readonly chart: Chart; readonly at: number }
  /** Until `retryAt` nobody who does not insist asks again. */
  | { readonly kind: 'failed'; readonly error: OperatorError; readonly at: number; readonly retryAt: number };

/** What is known of one source. */
export interface SourceState {
  readonly key: string;
  readonly source: ChartSource;
  /** In a row. */
  failures: number;
  /** When the source last answered well, or when it was first heard of. */
  goodAt: number;
  /** When it last answered well; undefined if it never did. */
  answeredAt?: number;
  outcome?: Outcome;
  /** When the lookup began that the outcome is of. */
  lookedAt?: number;
  timer?: NodeJS.Timeout;
}

/**
 * Whether a release has to look again: its chart differs in content or version, or an error came, went or changed.
 * Another commit with the same content is nothing new.
 */
export function hasMoved(before: Outcome | undefined, after: Outcome): boolean {
  if (before === undefined) return false; // whoever asked first gets the answer itself
  if (before.kind === 'found' && after.kind === 'found') {
    return before.chart.digest !== after.chart.digest || before.chart.version !== after.chart.version;
  }
  if (before.kind === 'failed' && after.kind === 'failed')
    return describe(before.error) !== describe(after.error);
  return true;
}
