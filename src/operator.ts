import { describe } from './api/errors.ts';
import { openCluster } from './operator/cluster.ts';
import type { Cluster } from './operator/cluster.ts';
import { loadDigestKey } from './operator/digest-key.ts';
import type { Environment } from './operator/environment.ts';
import { createReleaseController, forgottenLabels } from './operator/release-controller.ts';
import { openSources } from './operator/sources.ts';
import { snapshotsOf } from './operator/snapshots.ts';
import { openHelm } from './operator/helm.ts';
import { untilAnswered } from './operator/until-answered.ts';
import { connectTriggers } from './operator/wake.ts';
import { createWorkQueue } from './kube/work-queue.ts';
import { createRun } from './process/run.ts';
import { openWorkDir } from './process/work-dir.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { startHttpServer } from './server/http-server.ts';
import { coalesce } from './server/coalesce.ts';
import { operatorRoutes } from './server/operator-routes.ts';
import type { ReadinessPart } from './server/operator-routes.ts';

export interface OperatorOptions extends Omit<Environment, 'metrics'> {
  /** Aborts when the operator is to stop. */
  readonly signal: AbortSignal;
}

const QUEUE_DELAYS = { baseDelayMs: 1_000, maxDelayMs: 300_000 };
const FLUSH_MS = 5_000;

/**
 * Builds every part, connects them, and runs until the signal aborts and the last helm has ended. Rejects with the
 * signal's reason when it aborts before there is anything to end.
 */
export async function runOperator({ signal, ...options }: OperatorOptions): Promise<void> {
  const environment: Environment = { ...options, metrics: createMetrics({ process: true }) };
  const { config, log, clock, random, metrics } = environment;
  const parts = new Map<string, ReadinessPart>();
  const working = new AbortController();
  warnOfUnused(environment);
  await using stack = new AsyncDisposableStack();

  // Whatever a dead predecessor left running has ended when this returns: no pass may meet its helm.
  const workDir = await openWorkDir(config.workDir, { log, signal });
  stack.defer(() => workDir.close());
  const run = createRun({ owner: workDir.path });
  const cluster = openCluster(environment);
  stack.defer(() => {
    cluster.transport.close();
  });
  const queue = createWorkQueue({ clock, random, ...QUEUE_DELAYS });
  stack.defer(() => {
    queue.close();
  });
  const { helm, slots, storage } = await openHelm({ run, workDir, cluster, signal }, environment);
  const { charts, fetchExternal, close } = await openSources({ run, workDir, helm }, environment);
  stack.defer(close);

  metrics.readFrom({
    queue: () => ({ length: queue.length, oldestSeconds: queue.oldestWaitMs() / 1000 }),
    helm: () =>
      Object.entries(slots.pools).map(([pool, { inUse, waiting }]) => ({ pool, running: inUse, waiting })),
    informers: () => cluster.watchStates(),
    releases: () => snapshotsOf(cluster.watched.releases.store.values()),
    chartSources: () => charts.stats().sources,
  });
  const server = await startHttpServer({
    listen: config.listen,
    log,
    routes: operatorRoutes({
      metrics: { exposition: () => metrics.exposition(), contentType: metrics.contentType },
      liveness: () => ({ alive: true }),
      readiness: () => [...watchesOf(cluster), ...parts.values()],
      syncGit: coalesce(
        () => charts.refreshAll(),
        (error) => {
          log.error('could not look up the chart sources', { error: describe(error) });
        },
      ),
    }),
  });
  stack.defer(() => server.stop());

  parts.set('releases', { name: 'releases', ready: false, why: 'waiting for the API server' });
  connectTriggers(cluster, charts, queue);
  cluster.watched.releases.onChange((change) => {
    if (change.kind === 'deleted') metrics.forgetRelease(forgottenLabels(change.object));
  });
  for (const informer of cluster.informers) informer.start();
  stack.defer(async () => {
    await Promise.all(cluster.informers.map((informer) => informer.stop()));
  });
  stack.defer(() => cluster.events.flush(AbortSignal.timeout(FLUSH_MS)));
  await Promise.all(cluster.informers.map((informer) => informer.synced(signal)));
  const namespace = config.operatorNamespace ?? cluster.connection.namespace ?? 'default';
  const digestKey = await untilAnswered(() => loadDigestKey(cluster.secrets, namespace, signal), {
    signal,
    random,
    onTrouble: (why) => {
      parts.set('releases', { name: 'releases', ready: false, why });
      log.warn('waiting for the digest key', { error: why });
    },
  });
  const controller = createReleaseController(
    { cluster, charts, helm, slots, storage, queue, digestKey, fetchExternal, stopping: signal },
    environment,
  );
  parts.set('releases', { name: 'releases', ready: true });
  log.info('reconciling', { releases: cluster.watched.releases.store.size });
  const deadline = endAfter(config.shutdownTimeoutMs, signal, working);
  await controller.run(signal, working.signal);
  clearTimeout(deadline());
}

/** Accepted, so that an old Deployment starts; but whoever relies on it has to know. */
function warnOfUnused({ config, log }: Environment): void {
  if (config.helmRepositoryImports.length > 0) {
    log.warn(
      '--helm-repository-import is not supported yet: charts of repositories that need its credentials fail',
    );
  }
  if (config.logReleaseDiffs) log.warn('--log-release-diffs is not supported yet: no differences are logged');
}

/** Running helm processes may end by themselves for so long; then they are ended. */
function endAfter(
  ms: number,
  stopping: AbortSignal,
  working: AbortController,
): () => NodeJS.Timeout | undefined {
  let timer: NodeJS.Timeout | undefined;
  stopping.addEventListener(
    'abort',
    () => {
      timer = setTimeout(() => {
        working.abort(stopping.reason);
      }, ms);
    },
    { once: true },
  );
  return () => timer;
}

/** A watch that came to its regular end is opened again at once; one with a problem sees nothing until that is over. */
function watchesOf(cluster: Cluster): readonly ReadinessPart[] {
  return cluster.watchStates().map(({ resource, synced, connected, problem }) => ({
    name: `watch of ${resource}`,
    ready: synced && (connected || problem === undefined),
    ...(problem === undefined ? {} : { why: problem }),
  }));
}
