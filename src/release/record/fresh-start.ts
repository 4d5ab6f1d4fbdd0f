import type { HelmReleaseStatus } from '../../api/helm-release.ts';

/**
 * What is kept when a release begins anew. Helm counts from 1 again, so whatever is remembered of a revision by its
 * number would speak of another one.
 */
export function freshStart(status: HelmReleaseStatus): HelmReleaseStatus {
  const {
    history: _history,
    deployed: _deployed,
    failedRollback: _rollback,
    contest: _contest,
    failedInput,
    ...rest
  } = status;
  if (failedInput === undefined) return rest;
  const { revision: _revision, ...remembered } = failedInput;
  return { ...rest, failedInput: remembered };
}
