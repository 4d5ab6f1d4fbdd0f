import { describe } from './api/errors.ts';
import type { Cluster } from './operator/cluster.ts';
import { isNamespaceTold, loadDigestKey, namespaceOf } from './operator/digest-key.ts';
import { namespacePart } from './operator/allowed-namespace.ts';
import type { Environment } from './operator/environment.ts';
import { openParts } from './operator/parts.ts';
import { plansDir } from './operator/plan.ts';
import { openHooks } from './operator/hooks.ts';
import { createNews } from './operator/news.ts';
import { createReceivers } from './operator/receivers.ts';
import { openSyncs } from './operator/sync.ts';
import { createReleaseController, forgottenLabels } from './operator/release-controller.ts';
import { snapshotsOf } from './operator/snapshots.ts';
import { untilAnswered } from './operator/until-answered.ts';
import { connectTriggers } from './operator/wake.ts';
import { createDocumentReader } from './kube/documents.ts';
import { createWorkQueue } from './kube/work-queue.ts';
import { clearWorkDirs } from './process/work-dir.ts';
import { createVigil } from './kube/vigil.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { startHeartbeat } from './server/heartbeat.ts';
import { startHttpServer } from './server/http-server.ts';
import { openInspector } from './server/inspector.ts';
import { operatorRoutes } from './server/operator-routes.ts';
import type { ReadinessPart } from './server/operator-routes.ts';

export interface OperatorOptions extends Omit<Environment, 'metrics'> {
  /** Aborts when the operator is to stop. */
  readonly signal: AbortSignal;
}

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
  await using stack = new AsyncDisposableStack();
  // The first to be opened is the last to be closed.
  if (config.inspectListen !== undefined) {
    const inspector = openInspector({ listen: config.inspectListen, log });
    stack.defer(() => {
      inspector.close();
    });
  }
  const heartbeat = startHeartbeat(clock);
  stack.defer(() => {
    heartbeat.stop();
  });
  const vigil = createVigil(clock);

  // It has no part in what is to come, so nobody waits for it.
  const clearing = clearWorkDirs(plansDir(config), { log, signal }).catch((error: unknown) => {
    if (signal.aborted) return;
    log.warn('what a plan that was killed has left cannot be cleared', { error: describe(error) });
  });
  stack.defer(() => clearing);
  const opened = stack.use(await openParts(environment, { workDir: config.workDir, signal }));
  const { cluster, charts, slots, git, run, workDir } = opened;
  const queue = createWorkQueue(clock);
  stack.defer(() => {
    queue.close();
  });

  metrics.readFrom({
    queue: () => ({ length: queue.length, oldestSeconds: queue.oldestWaitMs() / 1000 }),
    helm: () =>
      Object.entries(slots.pools).map(([pool, { inUse, waiting }]) => ({ pool, running: inUse, waiting })),
    informers: () => cluster.watchStates(),
    releases: () => snapshotsOf(cluster.watched.releases.store.values()),
    chartSources: () => charts.stats().sources,
  });
  let refreshSyncs = (): void => undefined;
  const server = await startHttpServer({
    listen: config.listen,
    log,
    routes: operatorRoutes({
      metrics: { exposition: () => metrics.exposition(), contentType: metrics.contentType },
      liveness: () => heartbeat.trouble() ?? vigil.trouble(),
      readiness: () => [...watchesOf(cluster), ...namespacePart(cluster, config), ...parts.values()],
      syncGit: () => {
        refreshSyncs();
        charts.refreshAll().catch((error: unknown) => {
          log.error('could not look up the chart sources', { error: describe(error) });
        });
      },
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
  for (const { ready, why } of namespacePart(cluster, config)) {
    if (!ready) log.warn('there is nothing to look after yet', { why });
  }
  const namespace = namespaceOf(config, cluster.connection);
  if (!isNamespaceTold(config, cluster.connection)) {
    log.warn('the operator is not told which namespace is its own', {
      why: `'${namespace}' is taken for it: in any other no receiver of webhooks is looked for`,
      flag: '--operator-namespace',
    });
  }
  const digestKey = await untilAnswered(() => loadDigestKey(cluster.secrets, namespace, signal), {
    signal,
    random,
    onTrouble: (why) => {
      parts.set('releases', { name: 'releases', ready: false, why });
      log.warn('waiting for the digest key', { error: why });
    },
  });
  parts.set('releases', { name: 'releases', ready: true });
  const syncs = openSyncs(
    {
      ...{ cluster, git, charts, run, workDir, vigil, digestKey, stopping: signal },
      onClaim: (release) => {
        queue.add(release);
      },
    },
    environment,
  );
  const { originOf, ownCommitOf } = syncs;
  const controller = createReleaseController(
    { ...opened, queue, vigil, digestKey, originOf, ownCommitOf, stopping: signal },
    environment,
  );
  refreshSyncs = () => {
    syncs.refresh(() => true);
  };
  stack.defer(() => syncs.stop());
  const readSecret = createDocumentReader(cluster.secrets, cluster.watched.secrets.store);
  if (config.allowNamespace !== undefined && config.allowNamespace !== namespace) {
    const why = `their receivers are Secrets of namespace ${namespace}, and --allow-namespace has another one watched`;
    log.info('webhooks are not listened for', { why });
  }
  const hooks = openHooks({
    ...{ clock, random, log },
    listen: config.webhookListen,
    onEnd: metrics.webhookEnded,
    receivers: createReceivers({
      ...{ namespace, readSecret, random, log, signal },
      watched: cluster.watched.secrets,
      events: cluster.events,
    }),
    refresh: createNews(charts, syncs, (caught) => {
      log.error('could not look up the chart sources', { error: describe(caught) });
    }),
  });
  stack.defer(() => hooks.stop());
  // What is pushed from now on is seen by whoever comes next.
  signal.addEventListener('abort', () => void hooks.stop(), { once: true });
  log.info('reconciling', { releases: cluster.watched.releases.store.size });
  const deadline = endAfter(config.shutdownTimeoutMs, signal, working);
  await Promise.all([controller.run(signal, working.signal), syncs.run(signal, working.signal)]);
  clearTimeout(deadline());
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
