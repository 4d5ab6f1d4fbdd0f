import type { OperatorError } from '../../api/errors.ts';
import { describe } from '../../api/errors.ts';
import type { GitSyncStatus } from '../../api/gitsync/git-sync.ts';
import { kubeTime } from '../../api/time.ts';
import type { SyncStatusChange } from '../pass.ts';
import { failed } from './failure.ts';
import { standing } from './settled.ts';

/** The repository cannot be read: since when, and what the cluster holds meanwhile. Said anew only when the cause changes. */
export function sourceAway(error: OperatorError): SyncStatusChange {
  return (status, context) => {
    const since = status.sourceFailingSince ?? kubeTime(context.now);
    const { appliedRevision } = status;
    const stands =
      appliedRevision === undefined ? 'nothing is applied yet' : `the cluster is left at ${appliedRevision}`;
    const cause = `since ${since}: ${describe(error)}; ${stands}`;
    const known = status.failure;
    const unchanged =
      known?.step === 'fetch' &&
      known.cause === cause &&
      status.observedGeneration === context.observedGeneration;
    if (unchanged) return status;
    const retry = error.retry === 'backoff' ? { nextTryMs: Number.POSITIVE_INFINITY } : {};
    const { attemptedRevision, ...rest } = status;
    // Of what a new generation asks for nothing has been tried, though the revision may turn out to be the same.
    const isTried = status.observedGeneration === context.observedGeneration;
    const tried = isTried && attemptedRevision !== undefined ? { attemptedRevision } : {};
    const next = { ...rest, ...tried, sourceFailingSince: since };
    return failed(next, { step: 'fetch', cause, ...retry }, context);
  };
}

/** It answers again, and means what is in the cluster. */
export const sourceBack: SyncStatusChange = (status, context) => {
  if (status.sourceFailingSince === undefined) return status;
  const next = withoutSourceFailure(status);
  if (status.failure?.step !== 'fetch') return next;
  return standing(next, context);
};

export function withoutSourceFailure(status: GitSyncStatus): GitSyncStatus {
  const { sourceFailingSince: _since, failure, ...rest } = status;
  return failure === undefined || failure.step === 'fetch' ? rest : { ...rest, failure };
}
