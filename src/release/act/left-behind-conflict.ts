import type { HelmReleaseStatus } from '../../api/helm-release.ts';
import type { ReleaseTarget } from '../../api/release-name.ts';
import { HelmError } from '../../helm/errors.ts';
import { formatTarget } from '../plan.ts';
import { leftBehindOf, wayToUninstall } from '../record/left-behind.ts';

/**
 * helm refuses objects of another release. Where that is one that the HelmRelease itself stood for before, which has
 * objects of the same names, there is a better way out than helm can know.
 */
export function explainConflict(error: HelmError, status: HelmReleaseStatus): HelmError {
  const { class: failure, reason, retry, stderrTail, message } = error;
  if (failure !== 'OWNERSHIP') return error;
  const former = leftBehindOf(status).find((each) => message.includes(`release ${formatTarget(each)}: `));
  if (former === undefined) return error;
  const what = message.slice(0, message.indexOf(`release ${formatTarget(former)}: `));
  return new HelmError(
    `${what}${inTheWay(former)}: to have that one uninstalled, ${wayToUninstall(status, former)}; to go on with it, set spec.releaseName and spec.targetNamespace back`,
    { class: failure, reason, retry, stderrTail },
  );
}

/** Whether that is what was told of the last failure. */
export function standsInTheWay(cause: string | undefined, former: ReleaseTarget): boolean {
  return cause?.includes(inTheWay(former)) ?? false;
}

function inTheWay(former: ReleaseTarget): string {
  return `release ${formatTarget(former)}, which this HelmRelease stood for before and left behind`;
}
