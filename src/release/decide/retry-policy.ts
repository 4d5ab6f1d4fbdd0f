import type { Retry } from '../../api/errors.ts';
import { backoffMs } from '../../kube/backoff.ts';
import type { Random } from '../../telemetry/clock.ts';
import type { Step } from '../observe/memory.ts';

export interface FailedTry {
  readonly step: Step;
  readonly retry: Retry;
  /** How often this input has failed in a row, this time included. */
  readonly attempts: number;
  /** Whether helm made a revision: such tries are bounded, the others wait for a platform that mends itself. */
  readonly madeRevision: boolean;
}

export interface RetryRules {
  /** Tries after the first one; may be infinite. */
  readonly maxRetries: number;
  /** Whether a rollback follows the failure, and whether the same input is tried again after it, or without one. */
  readonly afterRollback: 'no-rollback' | 'stay' | 'retry';
}

/** Milliseconds until the next try, or undefined when only another input can help. */
export function nextTryMs(failed: FailedTry, rules: RetryRules, random: Random): number | undefined {
  if (failed.retry === 'after-change') return undefined;
  if (failed.madeRevision) {
    if (rules.afterRollback === 'stay') return undefined;
    if (failed.attempts > rules.maxRetries) return undefined;
  }
  return backoffMs(failed.attempts, random);
}
