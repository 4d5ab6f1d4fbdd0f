import type { GitSync } from '../api/gitsync/git-sync.ts';
import { keyOf } from '../api/metadata.ts';
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
import type { OwnObject } from '../sync/observe/own-object.ts';
import { createSyncWatches } from '../sync/observe/watches.ts';
import { concernsSync, SYNC_INDEXES } from '../sync/triggers.ts';
import type { Cluster } from './cluster.ts';
import type { Environment } from './environment.ts';
import { createOriginOf } from './origin.ts';
import { createSyncController } from './sync-controller.ts';
import { SYNCS, watchOnceServed } from './sync-kind.ts';

export interface SyncOptions {
  readonly cluster: Cluster;
  readonly git: Git;
  readonly run: Run;
  readonly workDir: WorkDir;
  readonly vigil: Vigil;
  readonly digestKey: Buffer;
  readonly stopping: AbortSignal;
}

export interface Syncs {
  /** Looks after GitSyncs until the first signal aborts; resolves when the last pass has ended. */
  run(taking: AbortSignal, working: AbortSignal): Promise<void>;
  readonly originOf: OriginOf;
  /** Has those that match look at their repository now, however new what is known of it. */
  refresh(matches: (sync: GitSync) => boolean): void;
  stop(): Promise<void>;
}

/** Everything about GitSyncs, from the watch to the passes. */
export function openSyncs(options: SyncOptions, environment: Environment): Syncs {
  const { cluster } = options;
  const { config, log, clock, random, metrics } = environment;
  const syncs = createResource<GitSync>(cluster.transport, SYNCS);
  const informer = createInformer(syncs, {
    ...(config.allowNamespace === undefined ? {} : { namespace: config.allowNamespace }),
    ...{ log, clock, random, indexes: SYNC_INDEXES },
    onRelist: metrics.relisted,
    onWatchRestart: metrics.watchRestarted,
  });
  const queue = createWorkQueue(clock);
  /** When each was told of, on the monotonic clock. */
  const news = new Map<string, number>();
  informer.onChange((change) => {
    if (change.kind === 'deleted') news.delete(keyOf(change.object));
    if (concernsSync(change)) queue.add(keyOf(change.object));
  });
  cluster.watched.secrets.onChange(({ object }) => {
    for (const sync of informer.store.byIndex('secret', keyOf(object))) queue.add(keyOf(sync));
  });
  const claims = createClaims();
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
    { ...options, syncs, informer, queue, watches, claims, takeNews: takeFrom(news, clock) },
    environment,
  );
  return {
    run: async (taking, working) => {
      const watching = watchOnceServed(informer, cluster.discovery, { log, signal: taking }).catch(
        (caught: unknown) => {
          if (!taking.aborted) throw caught;
        },
      );
      await Promise.all([watching, controller.run(taking, working)]);
    },
    originOf: createOriginOf({ claims, clock, find: (key) => informer.store.get(key) }),
    refresh: (matches) => {
      const now = clock.monotonicMs();
      for (const sync of informer.store.values()) {
        if (!matches(sync)) continue;
        news.set(keyOf(sync), now);
        queue.add(keyOf(sync));
      }
    },
    stop: async () => {
      queue.close();
      await watches.close();
      await informer.stop();
    },
  };
}

function takeFrom(
  news: Map<string, number>,
  clock: Pick<Environment['clock'], 'monotonicMs'>,
): (key: string) => number | undefined {
  return (key) => {
    const at = news.get(key);
    news.delete(key);
    return at === undefined ? undefined : clock.monotonicMs() - at;
  };
}
