import type { HelmReleaseStatus } from '../../api/helm-release.ts';
import type { ReleaseTarget } from '../../api/release-name.ts';
import { formatTarget } from '../plan.ts';

/**
 * The release that a status speaks of, where that is another one than is meant now. Helm Operator 1.4.4 wrote no namespace
 * into its status: there the messages of its conditions tell it.
 */
export function formerTarget(status: HelmReleaseStatus, now: ReleaseTarget): ReleaseTarget | undefined {
  const told = status.targetNamespace === undefined ? toldBy(status) : undefined;
  const releaseName = told?.releaseName ?? status.releaseName;
  if (releaseName === undefined) return undefined;
  const namespace = told?.namespace ?? status.targetNamespace ?? now.namespace;
  const former = { releaseName, namespace };
  return formatTarget(former) === formatTarget(now) ? undefined : former;
}

/** The newest condition comes last. */
function toldBy({ conditions = [] }: HelmReleaseStatus): ReleaseTarget | undefined {
  const told = conditions.map(({ message = '' }) => / Helm release '([^']+)' in '([^']+)'\.$/.exec(message));
  const [, releaseName, namespace] = told.findLast((match) => match !== null) ?? [];
  return releaseName === undefined || namespace === undefined ? undefined : { releaseName, namespace };
}
