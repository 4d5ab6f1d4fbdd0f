import { NOTIFIER_KINDS } from '../../src/notify/notifier.ts';
import { createMetrics, type Metrics } from '../../src/telemetry/metrics.ts';
import type { MetricSources, ReleaseSnapshot, SyncSnapshot } from '../../src/telemetry/metrics/sources.ts';

/**
 * `usual`: each release was installed and upgraded since the operator started, and is ready. `worst`: every action has
 * succeeded and failed, and every condition is there that can be there together.
 */
export type Fleet = 'usual' | 'worst';

/** How many there are of what decides the number of series. */
export interface Amounts {
  readonly releases: number;
  readonly syncs: number;
  /** Repositories and registries that charts come from. */
  readonly sources: number;
  /** Certificates and tokens. */
  readonly credentials: number;
}

const USUAL_ACTIONS = ['sync', 'install', 'upgrade'] as const;
const ALL_ACTIONS = [...USUAL_ACTIONS, 'rollback', 'uninstall', 'test'] as const;
const USUAL_CONDITIONS = ['ChartFetched', 'Deployed', 'Released', 'Ready'];
const ALL_CONDITIONS = [...USUAL_CONDITIONS, 'Tested', 'RolledBack', 'Stalled'];

/** The metrics of an operator with so many releases, in which every metric has a series. */
export function momentOf(amounts: Amounts, fleet: Fleet = 'usual'): Metrics {
  const metrics = createMetrics();
  const releases = times(amounts.releases, (at) => releaseAt(at, fleet));
  metrics.readFrom(sourcesOf(releases, amounts));
  for (const release of releases) countActions(metrics, release, fleet);
  countEvents(metrics);
  return metrics;
}

function releaseAt(at: number, fleet: Fleet): ReleaseSnapshot {
  const isWell = fleet === 'usual';
  const name = `app-${String(at).padStart(5, '0')}`;
  return {
    namespace: 'apps',
    name,
    releaseName: `apps-${name}`,
    targetNamespace: 'apps',
    owner: true,
    suspended: false,
    phase: 'Succeeded',
    conditions: (isWell ? USUAL_CONDITIONS : ALL_CONDITIONS).map((type) => ({ type, status: 'True' })),
    deployed: { revision: 2, chart: 'app', version: '1.0.0', appVersion: '1.0', sourceRevision: '1.0.0' },
    lastAction: { action: 'upgrade', success: isWell, seconds: 3, finishedAt: 1_767_225_600 },
    times: {
      readyChanged: 1_767_225_600,
      operation: isWell ? undefined : { action: 'upgrade', started: 1_767_225_600, deadline: 1_767_225_900 },
    },
    failure: isWell ? undefined : { step: 'wait', reason: 'NotReady', attempts: 3, since: 1_767_225_600 },
  };
}

function syncAt(at: number): SyncSnapshot {
  return {
    ...{ namespace: 'apps', name: `folder-${String(at)}`, ready: true, suspended: false },
    ...{ appliedAt: 1_767_225_600, objects: 12, heldPrunes: 0, sourceFailingSince: 1_767_225_600 },
  };
}

function sourcesOf(releases: readonly ReleaseSnapshot[], amounts: Amounts): MetricSources {
  return {
    releases: () => releases,
    syncs: () => times(amounts.syncs, syncAt),
    sourceAnswers: () =>
      times(amounts.sources, (at) => ({
        ...{ kind: 'git' as const, url: `https://git.example.com/${String(at)}` },
        ...{ failing: false, answeredAt: 1_767_225_600 },
      })),
    credentials: () =>
      times(amounts.credentials, (at) => ({
        ...{
          kind: 'token' as const,
          held: 'secret' as const,
          namespace: 'apps',
          name: `login-${String(at)}`,
        },
        ...{ expires: 1_798_761_600, issued: 1_767_225_600 },
      })),
    leading: () => true,
    resyncSeconds: () => 180,
    notifications: () => NOTIFIER_KINDS.map((kind) => ({ kind, count: 0 })),
    queue: () => ({ length: 0, oldestSeconds: 0, working: 0 }),
    helm: () => ['fast', 'slow', 'package'].map((pool) => ({ pool, running: 0, waiting: 0, slots: 4 })),
    chartSources: () =>
      (['git', 'repository', 'oci'] as const).map((kind) => ({
        kind,
        count: 1,
        failing: 0,
        oldestSeconds: 1,
      })),
    chartStore: () => ({ charts: 1, bytes: 4_096, hits: 1, misses: 1, receivedBytes: 4_096 }),
    informers: () => INFORMERS.map((resource) => ({ resource, objects: 1, connected: true })),
  };
}

function countActions(metrics: Metrics, release: ReleaseSnapshot, fleet: Fleet): void {
  const actions = fleet === 'usual' ? USUAL_ACTIONS : ALL_ACTIONS;
  const results = fleet === 'usual' ? [true] : [true, false];
  for (const action of actions) {
    for (const success of results) metrics.actionEnded({ ...release, action, success, seconds: 3 });
  }
}

function times<T>(count: number, make: (at: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, at) => make(at));
}

const INFORMERS = [
  ...['helmreleases', 'helm-secrets', 'secrets', 'configmaps', 'namespaces', 'gitsyncs', 'serviceaccounts'],
  ...['pods', 'deployments', 'statefulsets', 'daemonsets', 'services', 'persistentvolumeclaims', 'jobs'],
];

/** What the operator asks for itself. Health and GitSyncs add the kinds that charts and folders contain. */
const REQUESTS: readonly (readonly [verb: string, resource: string])[] = [
  ...INFORMERS.flatMap((resource) => ['list', 'watch'].map((verb) => [verb, resource] as const)),
  ...['get', 'create', 'patch', 'update', 'delete'].map((verb) => [verb, 'secrets'] as const),
  ['get', 'namespaces'],
  ['get', 'helmreleases'],
  ['patch', 'helmreleases'],
  ['update', 'helmreleases/status'],
  ['patch', 'gitsyncs'],
  ['update', 'gitsyncs/status'],
  ['create', 'events'],
  ['patch', 'events'],
  ['get', 'leases'],
  ['update', 'leases'],
];

function countEvents(metrics: Metrics): void {
  for (const outcome of ['done', 'wait', 'retry', 'stalled', 'error']) {
    metrics.passEnded({ outcome, seconds: 1 });
    metrics.syncPassEnded({ outcome, seconds: 1 });
  }
  for (const verb of ['install', 'upgrade', 'dry-run', 'rollback', 'uninstall', 'test', 'package']) {
    metrics.helmStarted(verb);
    for (const ok of [true, false]) metrics.helmEnded({ verb, ok, seconds: 1 });
  }
  for (const kind of ['git', 'repository', 'oci'] as const) {
    for (const ok of [true, false]) metrics.chartFetched({ kind, ok, seconds: 1 });
  }
  for (const [verb, resource] of REQUESTS) {
    for (const code of [verb === 'create' ? 201 : 200, undefined])
      metrics.kubeRequested({ verb, resource, code, seconds: 1 });
  }
  for (const resource of INFORMERS) {
    metrics.relisted(resource);
    metrics.watchRestarted(resource);
  }
  for (const sender of ['github', 'gitlab', 'generic'])
    for (const result of ['accepted', 'refused']) metrics.webhookEnded({ sender, result });
  for (const kind of NOTIFIER_KINDS)
    for (const result of ['sent', 'failed', 'dropped']) metrics.notificationEnded({ kind, result });
}
