import type { HelmRelease } from '../api/helm-release.ts';
import { targetOf } from '../api/release-name.ts';
import type { ReleaseSnapshot } from '../telemetry/metrics/sources.ts';

/** What the metrics show of each HelmRelease. `owns` tells the owner of a release from others that claim it. */
export function* snapshotsOf(
  releases: Iterable<HelmRelease>,
  owns: (release: HelmRelease) => boolean,
): Iterable<ReleaseSnapshot> {
  for (const release of releases) yield snapshotOf(release, owns(release));
}

function snapshotOf(release: HelmRelease, owner: boolean): ReleaseSnapshot {
  const { metadata, spec, status = {} } = release;
  const { releaseName, namespace } = targetOf(release);
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    releaseName,
    targetNamespace: namespace,
    owner,
    suspended: spec.suspend ?? false,
    phase: status.phase,
    conditions: status.conditions ?? [],
    deployed: deployedOf(status),
    lastAction: lastActionOf(status),
  };
}

function deployedOf({ deployed, history }: NonNullable<HelmRelease['status']>): ReleaseSnapshot['deployed'] {
  if (deployed === undefined) return undefined;
  const entry = history?.find(({ revision }) => revision === deployed.revision);
  return {
    revision: deployed.revision,
    chart: entry?.chart ?? deployed.chart,
    version: entry?.version ?? '',
    appVersion: deployed.appVersion,
    sourceRevision: deployed.sourceRevision,
  };
}

function lastActionOf({ history }: NonNullable<HelmRelease['status']>): ReleaseSnapshot['lastAction'] {
  const last = history?.find(({ finished }) => finished !== undefined);
  if (last?.finished === undefined) return undefined;
  return {
    action: last.action,
    success: last.result === 'Released' || last.result === 'RolledBack',
    seconds: Math.max(0, (Date.parse(last.finished) - Date.parse(last.time)) / 1000),
  };
}
