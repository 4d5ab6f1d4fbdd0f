import type { GitSync } from '../api/gitsync/git-sync.ts';
import { keyOf } from '../api/metadata.ts';
import type { Charts } from '../charts/charts.ts';
import type { Git } from '../git/git.ts';
import { actingAs } from '../kube/impersonate.ts';
import { createInformer } from '../kube/informer.ts';
import { createResource } from '../kube/resource.ts';
import type { Vigil } from '../kube/vigil.ts';
import { createWorkQueue } from '../kube/work-queue.ts';
import type { Run } from '../process/run.ts';
import type { WorkDir } from '../process/work-dir.ts';
import { createClaims } from '../sync/claims.ts';
import type { OriginOf } from '../release/desire/origin.ts';
import type { OwnCommitOf } from '../release/desire/own-chart.ts';
import type { OwnObject } from '../sync/observe/own-object.ts';
import { createSyncWatches } from '../sync/observe/watches.ts';
import { concernsSync, SYNC_INDEXES } from '../sync/triggers.ts';
import type { Cluster } from './cluster.ts';
import type { Environment } from './environment.ts';
import { createOriginOf } from './origin.ts';
import { createOwnCommitOf } from './own-commit.ts';
import { patientOwnCommit } from './patient-own-commit.ts';
import { createReadings } from '../sync/readings.ts';
import { createIsBeside } from '../sync/source-key.ts';
import { syncAccess } from './sync-access.ts';
import { createSyncController } from './sync-controller.ts';
import { createSyncNews } from './sync-news.ts';
import { SYNCS, watchOnceServed } from './sync-kind.ts';
import { syncSnapshotsOf } from './sync-snapshots.ts';
import { createSyncTraces, type SyncTraces } from './traces/sync-traces.ts';

export interface SyncOptions {
  readonly cluster: Cluster;
  readonly git: Git;
  readonly charts: Pick<Charts, 'identify'>;
  readonly run: Run;
  readonly workDir: WorkDir;
  readonly vigil: Vigil;
  readonly digestKey: Buffer;
  readonly stopping: AbortSignal;
  /** Called with a HelmRelease when more is known of what was applied, or where its chart may come from. */
  readonly onClaim: (release: string) => void;
}

export interface Syncs {
  /** Looks after GitSyncs until the first signal aborts; resolves when the last pass has ended. */
  run(taking: AbortSignal, working: AbortSignal): Promise<void>;
  readonly originOf: OriginOf;
  readonly ownCommitOf: OwnCommitOf;
  readonly traces: SyncTraces;
  /** Has those that match look at their repository now, however new what is known of it. */
  refresh(matches: (sync: GitSync) => boolean): void;
  stop(): Promise<void>;
}

/** Everything about GitSyncs, from the watch to the passes. */
export function openSyncs(options: SyncOptions, environment: Environment): Syncs {
  const { cluster } = options;
  const { config, log, clock, random, metrics, tracer } = environment;
  const syncs = createResource<GitSync>(cluster.transport, SYNCS);
  const informer = createInformer(syncs, {
    ...(config.allowNamespace === undefined ? {} : { namespace: config.allowNamespace }),
    ...{ log, clock, random, indexes: SYNC_INDEXES },
    onRelist: metrics.relisted,
    onWatchRestart: metrics.watchRestarted,
  });
  const queue = createWorkQueue(clock);
  const readings = createReadings(clock, (key) => {
    queue.add(key);
  });
  const isBeside = createIsBeside();
  const claims = createClaims();
  const find = (key: string): GitSync | undefined => informer.store.get(key);
  const originOf = createOriginOf({ claims, clock, find });
  const traces = createSyncTraces({ tracer, clock, find, originOf });
  const { store } = informer;
  const news = createSyncNews({ ...{ store, queue, isBeside, clock }, onTold: traces.noticed });
  informer.onChange((change) => {
    if (change.kind === 'deleted') news.forget(keyOf(change.object));
    if (concernsSync(change)) queue.add(keyOf(change.object));
  });
  cluster.watched.secrets.onChange(({ object }) => {
    for (const sync of informer.store.byIndex('secret', keyOf(object))) queue.add(keyOf(sync));
  });
  metrics.readFrom({ syncs: () => syncSnapshotsOf(informer.store.values()) });
  claims.onNews(options.onClaim);
  const { tenantMode } = config;
  const { digestKey } = options;
  const access = syncAccess(cluster, { tenantMode, digestKey, watched: cluster.watched.secrets.store });
  const watches = createSyncWatches({
    ...{ log, clock, random },
    onRelist: metrics.relisted,
    onWatchRestart: metrics.watchRestarted,
    metadataOf: (account, type) =>
      createResource<OwnObject>(actingAs(cluster.transport, account), type, { metadataOnly: true }),
  });
  watches.onDrift((key) => {
    queue.add(key);
  });
  const controller = createSyncController(
    { ...options, ...{ syncs, informer, queue, watches, claims, access, readings, news, isBeside, traces } },
    environment,
  );
  return {
    run: async (taking, working) => {
      try {
        await watchOnceServed(informer, cluster.discovery, { log, signal: taking });
        // Who is not known yet must not pass for gone.
        await informer.synced(taking);
      } catch (caught) {
        if (!taking.aborted) throw caught;
      }
      await controller.run(taking, working).finally(traces.close);
    },
    originOf,
    traces,
    ownCommitOf: patientOwnCommit(
      createOwnCommitOf({ claims, find, isSynced: () => informer.state().synced, digestKey, ...access }),
      clock,
    ),
    refresh: news.refresh,
    stop: async () => {
      queue.close();
      await watches.close();
      await informer.stop();
    },
  };
}
