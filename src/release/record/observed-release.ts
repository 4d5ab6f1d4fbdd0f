import { isTrue } from '../../api/conditions.ts';
import { withPhase } from '../../api/phases.ts';
import type { HelmReleaseStatus } from '../../api/helm-release.ts';
import type { RecordContext } from './context.ts';

/** What every pass may write beside its result: the names and words of Helm that 1.4.4 showed. */
export function observedRelease(
  status: HelmReleaseStatus,
  helmStatus: string | undefined,
  context: RecordContext,
): HelmReleaseStatus {
  const next = { ...status, releaseName: context.releaseName };
  if (helmStatus === undefined) {
    const { releaseStatus: _gone, ...absent } = next;
    return absent;
  }
  return { ...next, releaseStatus: helmStatus };
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
