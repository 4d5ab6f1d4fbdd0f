import type { HelmRelease } from '../api/helm-release.ts';
import { targetOf } from '../api/release-name.ts';
import type { ReleaseSnapshot } from '../telemetry/metrics/sources.ts';

/** What the metrics show of each HelmRelease. */
export function* snapshotsOf(releases: Iterable<HelmRelease>): Iterable<ReleaseSnapshot> {
  for (const release of releases) yield snapshotOf(release);
}

function snapshotOf(release: HelmRelease): ReleaseSnapshot {
  const { metadata, spec, status = {} } = release;
  const { releaseName, namespace } = targetOf(release);
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    releaseName,
    targetNamespace: namespace,
    // Of two that claim one release, the one that does not get it says so.
    owner: status.failure?.step !== 'ownership',
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
