import type { EventRecorder } from '../../kube/events.ts';
import { backoffMs } from '../../kube/backoff.ts';
import type { Random } from '../../telemetry/clock.ts';
import type { SyncPass } from '../pass.ts';
import { attemptsOf, failed, type FailedSync, sameFailure, withCommit } from './failure.ts';

export interface FailPorts {
  readonly events: EventRecorder;
  readonly random: Random;
}

/** A failed pass, and whether the same input may do better another time. */
export interface SyncFailed extends Omit<FailedSync, 'nextTryMs'> {
  readonly retry: boolean;
  /** Others may mend it at any time: it is tried again after so many milliseconds at most. */
  readonly atMostMs?: number;
}

/** Records a failure in status, as an Event and in the log, and says in how many milliseconds it is tried again. */
export async function recordFailure(
  pass: SyncPass,
  { retry, atMostMs = Number.POSITIVE_INFINITY, ...failure }: SyncFailed,
  { events, random }: FailPorts,
): Promise<number | undefined> {
  const last = sameFailure(pass.status(), failure);
  const attempts = attemptsOf(last);
  const nextTry = retry ? { nextTryMs: Math.min(backoffMs(attempts, random), atMostMs) } : {};
  // First, because the API server may be what is away.
  pass.log.error('git sync failed', {
    ...{ step: failure.step, cause: failure.cause, attempts },
    ...(failure.revision === undefined ? {} : { revision: failure.revision }),
  });
  const news = last?.cause !== failure.cause;
  await pass.save((status, context) => failed(status, { ...failure, ...nextTry }, context));
  if (news) {
    events.record({
      regarding: pass.sync(),
      type: 'Warning',
      reason: 'SyncFailed',
      message: `${failure.step}: ${withCommit(failure)}`,
    });
  }
  return nextTry.nextTryMs;
}
