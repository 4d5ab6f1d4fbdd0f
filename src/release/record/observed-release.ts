import { isTrue } from '../../api/conditions.ts';
import { withPhase } from '../../api/phases.ts';
import type { HelmReleaseStatus } from '../../api/helm-release.ts';
import type { RecordContext } from './context.ts';
import { freshStart } from './fresh-start.ts';

/** Which release is meant. Another one than before has another history: what is remembered speaks of the old one. */
export function observedTarget(status: HelmReleaseStatus, context: RecordContext): HelmReleaseStatus {
  const { releaseName, targetNamespace } = context;
  const moved =
    (status.releaseName !== undefined && status.releaseName !== releaseName) ||
    (status.targetNamespace !== undefined && status.targetNamespace !== targetNamespace);
  if (!moved) return { ...status, releaseName, targetNamespace };
  const { operation: _operation, failedInput: _failed, failure: _failure, ...rest } = freshStart(status);
  return { ...rest, releaseName, targetNamespace };
}

/** What every pass may write beside its result: Helm's own word, and the end of work that somebody else's came after. */
export function observedRelease(
  { releaseStatus: _said, ...status }: HelmReleaseStatus,
  newest: { readonly revision: number; readonly status: string } | undefined,
): HelmReleaseStatus {
  if (newest === undefined) return status;
  const { operation, ...rest } = { ...status, releaseStatus: newest.status };
  const overtaken = operation === undefined || operation.toRevision < newest.revision;
  return overtaken ? rest : { ...rest, operation };
}

/** The chart could be fetched; said once, and again after a failure. */
export function chartFetched(
  status: HelmReleaseStatus,
  revision: string,
  context: RecordContext,
): HelmReleaseStatus {
  if (isTrue(status.conditions, 'ChartFetched') && status.lastAttemptedRevision === revision) return status;
  const phase = status.phase;
  const next = withPhase(status, 'ChartFetched', context);
  // Finding the same chart again after an outage is no new phase of the release.
  const same =
    status.lastAttemptedRevision === revision && phase !== undefined && phase !== 'ChartFetchFailed';
  return same ? { ...next, phase } : next;
}
