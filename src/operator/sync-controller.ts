import type { GitSync } from '../api/gitsync/git-sync.ts';
import { keyOf, parseKey } from '../api/metadata.ts';
import { SYNC_KIND } from '../api/names.ts';
import type { Charts } from '../charts/charts.ts';
import type { Git } from '../git/git.ts';
import { type Controller, createController } from '../kube/controller.ts';
import type { Informer } from '../kube/informer.ts';
import type { Resource } from '../kube/resource.ts';
import { createResync, spread } from '../kube/resync.ts';
import { createStatusWriter } from '../kube/status-writer.ts';
import type { Vigil } from '../kube/vigil.ts';
import type { WorkQueue } from '../kube/work-queue.ts';
import type { Run } from '../process/run.ts';
import type { WorkDir } from '../process/work-dir.ts';
import { createParser } from '../sync/build/parser.ts';
import { type Claims, withClaims } from '../sync/claims.ts';
import { createFailureCount } from '../sync/failure-count.ts';
import { createVerify } from '../sync/fetch/verify.ts';
import { createVerifyOpenpgp } from '../sync/fetch/verify-openpgp.ts';
import { createVerifySsh } from '../sync/fetch/verify-ssh.ts';
import { createKustomizeBuild } from '../sync/kustomize/kustomize-build.ts';
import { createKustomize } from '../sync/kustomize/run.ts';
import type { SyncWatches } from '../sync/observe/watches.ts';
import { reconcile, type SyncPorts } from '../sync/reconcile.ts';
import { remove, type SyncRemovePorts } from '../sync/remove.ts';
import type { Readings } from '../sync/readings.ts';
import type { IsBeside } from '../sync/source-key.ts';
import { createRivalry } from '../sync/rivalry.ts';
import { createAccountViews } from './account-view.ts';
import { byAccount } from './by-account.ts';
import type { Cluster } from './cluster.ts';
import type { Environment } from './environment.ts';
import { createIsFree } from './is-free.ts';
import { createSyncMeter } from './meter.ts';
import type { SyncAccess } from './sync-access.ts';
import type { SyncNews } from './sync-news.ts';
import { UNSEEN } from './unseen.ts';
import type { SyncTraces } from './traces/sync-traces.ts';
import { createWhyOrphan } from './why-orphan.ts';

export interface SyncParts {
  readonly cluster: Cluster;
  readonly syncs: Resource<GitSync>;
  readonly informer: Informer<GitSync>;
  readonly git: Git;
  readonly run: Run;
  readonly workDir: WorkDir;
  readonly queue: WorkQueue;
  readonly vigil: Vigil;
  readonly digestKey: Buffer;
  readonly news: Pick<SyncNews, 'takeNews' | 'tellNews'>;
  readonly readings: Readings;
  readonly isBeside: IsBeside;
  readonly watches: SyncWatches;
  readonly claims: Claims;
  readonly access: SyncAccess;
  readonly charts: Pick<Charts, 'identify'>;
  readonly traces: SyncTraces;
  readonly stopping: AbortSignal;
}

const PASSES = 8;
/** Of sixteen that the API server is asked at a time: releases go on beside a large apply. */
const IN_FLIGHT = 12;
/** A pass over thousands of manifests on a slow API server; kustomize and git have limits of their own. */
const SILENCE_MS = 3_600_000;
/** GitSyncs come back by their own interval: this one is for those that only a change helps. */
const RESYNC_MS = 3_600_000;

/** Gives the domain of GitSyncs its ports. */
export function createSyncController(parts: SyncParts, environment: Environment): Controller {
  const { cluster, syncs, informer, git, run, workDir, queue, vigil, digestKey, claims, stopping } = parts;
  const { config, env, log, clock, random, metrics, tracer } = environment;
  const sourceFailures = createFailureCount();
  const rivalry = createRivalry(clock);
  const kustomize = createKustomize({
    run,
    binary: config.kustomizeBinary,
    workDir,
    searchPath: env['PATH'] ?? '',
  });
  const { inventory: bare, remoteOf, readSecretAs } = parts.access;
  const inventory = withClaims(bare, claims);
  const signatures = {
    openpgp: createVerifyOpenpgp({ clock }),
    ssh: createVerifySsh({ run, workDir, searchPath: env['PATH'] ?? '' }),
  };
  const verifyAs = byAccount((account: string) =>
    createVerify({ git, readSecret: readSecretAs(account), ...signatures }),
  );
  const ports: SyncPorts & SyncRemovePorts = {
    objects: syncs,
    store: informer.store,
    whyOrphan: createWhyOrphan({ ...cluster, ...(config.tenantMode ? UNSEEN : {}), syncs }),
    git,
    remoteOf,
    identifyCharts: parts.charts.identify,
    verify: (settings, source, how) => verifyAs(settings.account)(settings, source, how),
    actingAs: createAccountViews(cluster.transport, clock),
    inventory,
    digestKey,
    parser: createParser(),
    kustomize: ({ lookup, read }, signal) => createKustomizeBuild({ ...kustomize, lookup, read, signal }),
    events: cluster.events,
    inFlight: IN_FLIGHT,
    writeStatus: createStatusWriter(syncs, informer.store),
    spread: (intervalMs) => spread(intervalMs, random),
    tracer,
    sourceFailures,
    ...parts.news,
    readings: parts.readings,
    isBeside: parts.isBeside,
    syncs: () => informer.store.values(),
    isFree: createIsFree({
      find: (key) => informer.store.get(key),
      // What another one is just writing is claimed already.
      ...{ inventory: bare, readings: parts.readings, allowNamespace: config.allowNamespace },
    }),
    watches: parts.watches,
    rivalry,
    meter: createSyncMeter(metrics),
    clock,
    random,
    log,
  };
  const learn = async (sync: GitSync, signal: AbortSignal): Promise<void> => {
    const loaded = await inventory.load(sync, signal);
    if (loaded.kind === 'lost') return;
    const ids = new Set(loaded.inventory.keys());
    const { appliedRevision: revision = '', observedGeneration: generation = 0 } = sync.status ?? {};
    parts.readings.seed(keyOf(sync), { revision, generation, ids, leaving: new Set() });
  };
  return createController<GitSync>({
    kind: SYNC_KIND,
    queue,
    find: (key) => informer.store.get(key),
    reconcile: async (sync, signal, lifeline) => {
      // What releases and other GitSyncs go by is known before anything can keep this one from being looked at.
      if (!claims.knows(keyOf(sync))) await learn(sync, signal);
      return sync.metadata.deletionTimestamp === undefined
        ? await parts.traces.pass(sync, () => reconcile(sync, ports, signal, lifeline))
        : await remove(sync, ports, signal, lifeline);
    },
    silenceMs: () => SILENCE_MS,
    passes: PASSES,
    resyncMs: createResync(RESYNC_MS, random),
    stopping,
    onForgotten: (key) => {
      sourceFailures.forget(key);
      rivalry.forget(key);
      parts.watches.forget(key);
      claims.forget(key);
      parts.traces.forget(key);
      parts.readings.forget(key);
      metrics.forgetSync(parseKey(key));
    },
    onPass: (_key, outcome, seconds) => {
      metrics.syncPassEnded({ outcome, seconds });
    },
    onSync: () => undefined,
    vigil,
    clock,
    random,
    log: log.child({ component: 'gitsync' }),
  });
}
