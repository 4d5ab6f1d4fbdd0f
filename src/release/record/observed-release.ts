import { conditionOf, isTrue } from '../../api/conditions.ts';
import { withPhase } from '../../api/phases.ts';
import type { HelmReleaseStatus } from '../../api/helm-release.ts';
import { withoutUndefined } from '../../api/without-undefined.ts';
import type { RecordContext } from './context.ts';
import { formerTarget } from '../observe/former-target.ts';
import { isSame, leftBehindOf, withoutLeftBehind } from './left-behind.ts';
import { uninstallOperation } from './uninstalling.ts';

/** Which release is meant. Of another one than before nothing is known: what is remembered speaks of the old one. */
export function observedTarget(status: HelmReleaseStatus, context: RecordContext): HelmReleaseStatus {
  const { releaseName, targetNamespace } = context;
  const target = { releaseName, namespace: targetNamespace };
  const known = formerTarget(status, target) === undefined ? status : ofNoRelease(status);
  const begunAt = leftBehindOf(known).find((each) => isSame(each, target))?.uninstalling;
  const begun =
    begunAt === undefined ? {} : { operation: uninstallOperation(begunAt, 'unknown', context.now) };
  return { ...withoutLeftBehind(known, target), ...begun, releaseName, targetNamespace };
}

/** Also the proof that it was us who deployed a release goes: the new one may be somebody else's. */
function ofNoRelease({
  observedGeneration,
  leftBehind,
  uninstalledLeftBehind,
  lastHandledReconcileAt,
  conditions,
}: HelmReleaseStatus): HelmReleaseStatus {
  const fetched = conditionOf(conditions, 'ChartFetched');
  return withoutUndefined<HelmReleaseStatus>({
    observedGeneration,
    leftBehind,
    uninstalledLeftBehind,
    lastHandledReconcileAt,
    conditions: fetched === undefined ? undefined : [fetched],
  });
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
