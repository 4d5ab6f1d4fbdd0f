import type { HelmReleaseStatus } from '../../api/helm-release.ts';
import type { Health } from '../../health/health.ts';
import { withState } from '../../api/standing.ts';
import type { RecordContext } from './context.ts';

/** The release is as wanted; `Ready` follows the health of its objects from now on. */
export function healthy(
  status: HelmReleaseStatus,
  health: Health,
  context: RecordContext,
): HelmReleaseStatus {
  const what = deployedSentence(status, context);
  return health.kind === 'ready'
    ? withState(status, 'Ready', 'True', 'Ready', `${what} is ready`, context)
    : withState(status, 'Ready', 'False', 'Unhealthy', `${what} is not healthy: ${health.why}`, context);
}

function deployedSentence({ deployed }: HelmReleaseStatus, { releaseName }: RecordContext): string {
  return deployed === undefined
    ? `release ${releaseName}`
    : `${deployed.chart} (revision ${String(deployed.revision)} of release ${releaseName})`;
}
