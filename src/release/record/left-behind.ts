import type { Failure, FormerRelease, HelmReleaseStatus } from '../../api/helm-release.ts';
import type { ReleaseTarget } from '../../api/release-name.ts';
import { kubeTime } from '../../api/time.ts';
import { formatTarget } from '../plan.ts';
import type { RecordContext } from './context.ts';

export function leftBehindOf({ leftBehind }: HelmReleaseStatus): readonly FormerRelease[] {
  return leftBehind ?? [];
}

export function withLeftBehind(
  status: HelmReleaseStatus,
  target: ReleaseTarget,
  { now }: RecordContext,
): HelmReleaseStatus {
  const { releaseName, namespace } = target;
  const others = leftBehindOf(withoutLeftBehind(status, target));
  return { ...status, leftBehind: [...others, { releaseName, namespace, since: kubeTime(now) }] };
}

export function withoutLeftBehind(status: HelmReleaseStatus, target: ReleaseTarget): HelmReleaseStatus {
  const { leftBehind: all = [], ...rest } = status;
  const left = all.filter((each) => !isSame(each, target));
  if (left.length === all.length) return status;
  return left.length === 0 ? rest : { ...rest, leftBehind: left };
}

/** It was to be uninstalled, and could not be. */
export function withUninstallFailure(
  status: HelmReleaseStatus,
  target: ReleaseTarget,
  { cause, attempts, nextTryMs }: Pick<Failure, 'cause' | 'attempts'> & { readonly nextTryMs: number },
  { now }: RecordContext,
): HelmReleaseStatus {
  const nextTry = kubeTime(new Date(now.getTime() + nextTryMs));
  const failure = { step: 'uninstall', cause, attempts, time: kubeTime(now), nextTry } as const;
  const leftBehind = leftBehindOf(status).map((each) => (isSame(each, target) ? { ...each, failure } : each));
  return { ...status, leftBehind };
}

function isSame(one: ReleaseTarget, other: ReleaseTarget): boolean {
  return formatTarget(one) === formatTarget(other);
}
