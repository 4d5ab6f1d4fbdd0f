import type { HelmRelease } from '../api/helm-release.ts';
import { conditionOf } from '../api/conditions.ts';
import { targetOf } from '../api/release-name.ts';
import { timesOf } from './release-times.ts';
import type { ReleaseFailure, ReleaseSnapshot } from '../telemetry/metrics/sources.ts';

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
    failure: failureOf(status),
    times: timesOf(release),
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
    finishedAt: Date.parse(last.finished) / 1000,
  };
}

/**
 * While a failed release is tried again, `Ready` is Unknown, and False once more if that fails too; `Released` has then
 * been False all the time.
 */
function failureOf({ failure, conditions }: NonNullable<HelmRelease['status']>): ReleaseFailure | undefined {
  const ready = conditionOf(conditions, 'Ready');
  const isReady = ready === undefined || ready.status === 'True';
  if (isReady || (ready.status === 'Unknown' && failure === undefined)) return undefined;
  const begun = [ready, conditionOf(conditions, 'Released')].flatMap((condition) => {
    const at = condition?.status === 'False' ? Date.parse(condition.lastTransitionTime ?? '') : NaN;
    return Number.isNaN(at) ? [] : [at / 1000];
  });
  return {
    step: failure?.step ?? 'health',
    reason: ready.reason ?? '',
    attempts: failure?.attempts ?? 0,
    since: begun.length === 0 ? undefined : Math.min(...begun),
  };
}
