import { isDeepStrictEqual } from 'node:util';
import { isInOwnCommit } from '../../api/chart-source.ts';
import { statusOfHelmOperator } from '../../api/helm-operator-status.ts';
import type { HelmRelease, HelmReleaseStatus } from '../../api/helm-release.ts';
import { targetOf } from '../../api/release-name.ts';
import { onLatest } from '../../kube/on-latest.ts';
import type { Resource } from '../../kube/resource.ts';
import { hasFinalizer, removeFinalizer } from '../admit/finalizer.ts';
import { formatTarget } from '../plan.ts';
import { leftBehindOf } from '../record/left-behind.ts';

export type DetachReleasePorts = Pick<Resource<HelmRelease>, 'get' | 'replaceStatus' | 'mergePatch'>;

/** What was taken off a HelmRelease, in words; undefined if there was nothing. */
export async function detachRelease(
  listed: HelmRelease,
  releases: DetachReleasePorts,
  signal: AbortSignal,
): Promise<string | undefined> {
  return await onLatest(listed, releases, (release) => takeOff(release, releases, signal), signal);
}

/** The finalizer last: as long as it is there, a run that was cut off is known to be unfinished. */
async function takeOff(
  release: HelmRelease,
  releases: DetachReleasePorts,
  signal: AbortSignal,
): Promise<string | undefined> {
  const before = release.status ?? {};
  const after = statusOfHelmOperator(before);
  const held = hasFinalizer(release);
  const isOld = isDeepStrictEqual(before, after);
  if (isOld && !held) return undefined;
  const latest = isOld ? release : await releases.replaceStatus({ ...release, status: after }, signal);
  if (held) await removeFinalizer(latest, { releases, store: { upsert: () => 'stale' } }, signal);
  const off = [...(held ? ['finalizer'] : []), ...(isOld ? [] : addedTo(before, after))].join(', ');
  return [`took off ${off}`, ...warningsFor(release, held)].join('; ');
}

function addedTo(before: HelmReleaseStatus, after: HelmReleaseStatus): readonly string[] {
  const fields = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
  const types = new Set((after.conditions ?? []).map(({ type }) => type));
  const conditions = (before.conditions ?? []).map(({ type }) => type).filter((type) => !types.has(type));
  const named = [...conditions.map((type) => `condition ${type}`), ...fields.map((name) => `status.${name}`)];
  return named.length === 0 ? ['observedGeneration of conditions'] : named;
}

function warningsFor(release: HelmRelease, held: boolean): readonly string[] {
  const { metadata, spec } = release;
  return [
    ...(held && metadata.deletionTimestamp !== undefined
      ? [
          `it is being deleted and goes now: release ${formatTarget(targetOf(release))} stays in place, and nobody owns it any more`,
        ]
      : []),
    ...leftBehindOf(release.status ?? {}).map(
      (left) =>
        `release ${formatTarget(left)}, which it stood for before, stays and is listed nowhere any more`,
    ),
    ...(spec.suspend === true
      ? ['spec.suspend is set, which Helm Operator 1.4.4 does not know: it would work on the release']
      : []),
    ...(isInOwnCommit(spec.chart)
      ? [
          'its chart is in the commit of its GitSync, which Helm Operator 1.4.4 does not know: write spec.chart.git and ref for it',
        ]
      : []),
  ];
}
