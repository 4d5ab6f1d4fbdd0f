import type { ReleaseTarget } from '../api/release-name.ts';
import { formatTarget } from './plan.ts';

/** Which release the operator came with; undefined where nobody has told it. */
export interface OwnRelease {
  readonly ownRelease: ReleaseTarget | undefined;
}

/**
 * Whether it is the operator's own. It must never uninstall that one: the chart's hook waits until no operator runs, and the operator
 * waits for helm, which waits for the hook.
 */
export function isOwnRelease(target: ReleaseTarget, { ownRelease }: OwnRelease): boolean {
  return ownRelease !== undefined && formatTarget(ownRelease) === formatTarget(target);
}

export const OWN_KEPT = "it is this operator's own, which a person ends by helm uninstall";

/** What is said of one that somebody began to uninstall. */
export function ownHalfUninstalled({ namespace, releaseName }: ReleaseTarget): string {
  return `the uninstall of release ${namespace}/${releaseName} was not finished, and as it is this operator's own, the operator does not end it: run helm uninstall ${releaseName} --namespace ${namespace} again, or with --no-hooks and then install it anew`;
}
