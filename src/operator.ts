import { describe } from './api/errors.ts';
import type { Cluster } from './operator/cluster.ts';
import { isNamespaceTold, namespaceOf } from './operator/digest-key.ts';
import { namespacePart } from './operator/allowed-namespace.ts';
import { startCredentialWatch } from './operator/credential-watch.ts';
import type { Environment } from './operator/environment.ts';
import { openParts } from './operator/parts.ts';
import { plansDir } from './operator/plan.ts';
import { createLeadership } from './operator/leadership.ts';
import { followLogLevelFile } from './operator/log-level-file.ts';
import { askToSyncGit, standBy } from './operator/stand-by.ts';
import { connectMetrics } from './operator/connect-metrics.ts';
import { connectTriggers } from './operator/wake.ts';
import { work } from './operator/work.ts';
import { createWorkQueue } from './kube/work-queue.ts';
import { clearWorkDirs } from './process/work-dir.ts';
import { createVigil } from './kube/vigil.ts';
import type { Levels } from './telemetry/levels.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { openTracer } from './telemetry/tracing/open-tracer.ts';
import { withTraceId } from './telemetry/tracing/with-trace-id.ts';
import { startHeartbeat } from './server/heartbeat.ts';
import { startHttpServer } from './server/http-server.ts';
import { openInspector } from './server/inspector.ts';
import { operatorRoutes } from './server/operator-routes.ts';
import type { ReadinessPart } from './server/operator-routes.ts';

export interface OperatorOptions extends Omit<Environment, 'metrics' | 'tracer'> {
  /** Has the log written at these levels from now on. */
  readonly useLevels: (levels: Levels) => void;
  /** Called when another replica may lead: the operator ends then, and is not to be waited for long. */
  readonly onLost: () => void;
  /** Aborts when the operator is to stop. */
  readonly signal: AbortSignal;
}

/**
 * Builds every part, connects them, and runs until the signal aborts and the last helm has ended. Rejects with the
 * signal's reason when it aborts before there is anything to end.
 */
export async function runOperator({ signal, useLevels, onLost, ...options }: OperatorOptions): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const tracer = await openTracer({
    ...options,
    endpoint: options.config.otlpEndpoint,
    sentenceOf: describe,
  });
  stack.defer(() => tracer.close());
  const environment: Environment = {
    ...options,
    log: withTraceId(options.log, tracer),
    metrics: createMetrics({ process: true }),
    tracer,
  };
  const { config, log, clock, metrics } = environment;
  const parts = new Map<string, ReadinessPart>();
  const working = new AbortController();
  if (config.logLevelFile !== undefined) {
    const { logLevelFile: file, logLevels: otherwise } = config;
    const followed = await followLogLevelFile({ file, otherwise, use: useLevels, log });
    stack.defer(() => {
      followed.close();
    });
  }
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
  const leadership = createLeadership(environment);
  const opened = stack.use(await openParts(environment, { workDir: config.workDir, signal, leadership }));
  const { cluster, charts, slots, holdUntil } = opened;
  const queue = createWorkQueue(clock);
  stack.defer(() => {
    queue.close();
  });

  const credentials = startCredentialWatch({
    own: cluster.connection.credentials,
    held: () => charts.credentials(),
  });
  stack.defer(() => {
    credentials.stop();
  });
  connectMetrics({ cluster, charts, slots, queue, leadership, credentials }, environment);
  let refreshSyncs = (): void => undefined;
  const server = await startHttpServer({
    listen: config.listen,
    log,
    routes: operatorRoutes({
      metrics: { exposition: () => metrics.exposition(), contentType: metrics.contentType },
      liveness: () => heartbeat.trouble() ?? vigil.trouble(),
      readiness: () => [
        ...watchesOf(cluster),
        ...namespacePart(cluster, config),
        ...parts.values(),
        ...leadership.readiness(),
      ],
      syncGit: (isRelayed) => {
        const leader = leadership.leader('api');
        if (leader !== undefined && !isRelayed) void askToSyncGit(leader, log);
        if (!leadership.isLeading()) return;
        refreshSyncs();
        charts.refreshAll().catch((error: unknown) => {
          log.error('could not look up the chart sources', { error: describe(error) });
        });
      },
    }),
  });
  stack.defer(() => server.stop());

  parts.set('releases', { name: 'releases', ready: false, why: 'waiting for the API server' });
  connectTriggers(cluster, charts, queue, leadership.isLeading);
  for (const informer of cluster.informers) informer.start();
  stack.defer(async () => {
    await Promise.all(cluster.informers.map((informer) => informer.stop()));
  });
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
  parts.set('releases', { name: 'releases', ready: true });
  const relay = standBy({
    ...{ listen: config.webhookListen, namespace, secrets: cluster.watched.secrets, clock, log },
    leader: () => leadership.leader('webhooks'),
  });
  stack.defer(() => relay.end());
  const ports = { api: server.port, webhooks: config.webhookListen.port };
  const { connection } = cluster;
  const { lost, end } = await leadership.begin(
    { connection, namespace, ports, onStandBy: relay.begin, holdUntil },
    signal,
  );
  await relay.end();
  stack.defer(end);
  // Whoever leads next may begin at once: what is under way is not waited for.
  lost.addEventListener('abort', () => {
    onLost();
    working.abort(lost.reason);
  });
  const stopping = AbortSignal.any([signal, lost]);
  const deadline = endAfter(config.shutdownTimeoutMs, stopping, working);
  try {
    await work(
      {
        ...{ opened, queue, vigil, namespace, stopping, working: working.signal },
        tell: (part) => parts.set(part.name, part),
        onRefresh: (refresh) => {
          refreshSyncs = refresh;
        },
      },
      environment,
    );
  } finally {
    // Told to stop while it begins, it throws: the timer would keep the process.
    clearTimeout(deadline());
  }
  lost.throwIfAborted();
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
