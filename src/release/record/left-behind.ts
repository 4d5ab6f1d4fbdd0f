import type { Failure, FormerRelease, HelmReleaseStatus } from '../../api/helm-release.ts';
import type { ReleaseTarget } from '../../api/release-name.ts';
import { UNINSTALL_LEFT_BEHIND_ANNOTATION } from '../../api/names.ts';
import { kubeTime } from '../../api/time.ts';
import { formatTarget } from '../plan.ts';
import type { RecordContext } from './context.ts';

export function leftBehindOf({ leftBehind }: HelmReleaseStatus): readonly FormerRelease[] {
  return leftBehind ?? [];
}

export function withLeftBehind(
  status: HelmReleaseStatus,
  { releaseName, namespace, ...more }: ReleaseTarget & Pick<FormerRelease, 'uninstalling' | 'account'>,
  { now }: RecordContext,
): HelmReleaseStatus {
  const target = { releaseName, namespace };
  const others = leftBehindOf(withoutLeftBehind(status, target));
  return { ...status, leftBehind: [...others, { ...target, since: kubeTime(now), ...more }] };
}

/** Changes what is said of one of them. */
export function withSaid(
  status: HelmReleaseStatus,
  target: ReleaseTarget,
  said: Pick<FormerRelease, 'failure' | 'uninstalling'>,
): HelmReleaseStatus {
  if (leftBehindOf(status).length === 0) return status;
  const leftBehind = leftBehindOf(status).map((each) => (isSame(each, target) ? { ...each, ...said } : each));
  return { ...status, leftBehind };
}

export function withoutLeftBehind(status: HelmReleaseStatus, target: ReleaseTarget): HelmReleaseStatus {
  const { leftBehind: all = [], ...rest } = status;
  const left = all.filter((each) => !isSame(each, target));
  if (left.length === all.length) return status;
  return left.length === 0 ? rest : { ...rest, leftBehind: left };
}

/** It was uninstalled because the annotation named it, which the annotation may go on to do. */
export function withUninstalled(status: HelmReleaseStatus, target: ReleaseTarget): HelmReleaseStatus {
  const { uninstalledLeftBehind: before = [] } = status;
  const name = formatTarget(target);
  return before.includes(name) ? status : { ...status, uninstalledLeftBehind: [...before, name] };
}

export function withUninstalledOnly(
  status: HelmReleaseStatus,
  names: ReadonlySet<string>,
): HelmReleaseStatus {
  const { uninstalledLeftBehind: before = [], ...rest } = status;
  const left = before.filter((name) => names.has(name));
  if (left.length === before.length) return status;
  return left.length === 0 ? rest : { ...rest, uninstalledLeftBehind: left };
}

/** How a person has it uninstalled. */
export function wayToUninstall(
  { uninstalledLeftBehind = [] }: Pick<HelmReleaseStatus, 'uninstalledLeftBehind'>,
  target: ReleaseTarget,
): string {
  const release = formatTarget(target);
  return uninstalledLeftBehind.includes(release)
    ? `take ${release} out of the annotation ${UNINSTALL_LEFT_BEHIND_ANNOTATION}, where it meant an earlier release of that name, and then name it there again`
    : `set the annotation ${UNINSTALL_LEFT_BEHIND_ANNOTATION} to ${release}`;
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
  return withSaid(status, target, { failure });
}

export function isSame(one: ReleaseTarget, other: ReleaseTarget): boolean {
  return formatTarget(one) === formatTarget(other);
}
