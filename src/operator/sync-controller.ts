import type { GitSync } from '../api/gitsync/git-sync.ts';
import { SYNC_KIND } from '../api/names.ts';
import type { Git } from '../git/git.ts';
import { type Controller, createController } from '../kube/controller.ts';
import { createDocumentReader } from '../kube/documents.ts';
import type { Informer } from '../kube/informer.ts';
import type { Resource } from '../kube/resource.ts';
import { createResync } from '../kube/resync.ts';
import { createStatusWriter } from '../kube/status-writer.ts';
import type { Vigil } from '../kube/vigil.ts';
import type { WorkQueue } from '../kube/work-queue.ts';
import type { Run } from '../process/run.ts';
import type { WorkDir } from '../process/work-dir.ts';
import { createParser } from '../sync/build/parser.ts';
import { type Claims, withClaims } from '../sync/claims.ts';
import { createFailureCount } from '../sync/failure-count.ts';
import { createRemoteOf } from '../sync/fetch/remote-of.ts';
import { createInventoryStore } from '../sync/inventory/store.ts';
import { createKustomizeBuild } from '../sync/kustomize/kustomize-build.ts';
import { createKustomize } from '../sync/kustomize/run.ts';
import type { SyncWatches } from '../sync/observe/watches.ts';
import { reconcile, type SyncPorts } from '../sync/reconcile.ts';
import { remove, type SyncRemovePorts } from '../sync/remove.ts';
import { createRivalry } from '../sync/rivalry.ts';
import { createAccountViews } from './account-view.ts';
import type { Cluster } from './cluster.ts';
import type { Environment } from './environment.ts';
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
  readonly takeNews: SyncPorts['takeNews'];
  readonly watches: SyncWatches;
  readonly claims: Claims;
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
  const { config, env, log, clock, random } = environment;
  const sourceFailures = createFailureCount();
  const rivalry = createRivalry(clock);
  const readSecret = createDocumentReader(cluster.secrets, cluster.watched.secrets.store);
  const kustomize = createKustomize({
    run,
    binary: config.kustomizeBinary,
    workDir,
    searchPath: env['PATH'] ?? '',
  });
  const ports: SyncPorts & SyncRemovePorts = {
    objects: syncs,
    store: informer.store,
    whyOrphan: createWhyOrphan({ ...cluster, syncs }),
    git,
    remoteOf: createRemoteOf(readSecret),
    actingAs: createAccountViews(cluster.transport, clock),
    inventory: withClaims(createInventoryStore({ configMaps: cluster.configMaps, digestKey }), claims),
    digestKey,
    parser: createParser(),
    kustomize: ({ lookup, read }, signal) => createKustomizeBuild({ ...kustomize, lookup, read, signal }),
    events: cluster.events,
    inFlight: IN_FLIGHT,
    writeStatus: createStatusWriter(syncs, informer.store),
    spread: (intervalMs) => createResync(intervalMs, random)(),
    sourceFailures,
    takeNews: parts.takeNews,
    watches: parts.watches,
    rivalry,
    clock,
    random,
    log,
  };
  return createController<GitSync>({
    kind: SYNC_KIND,
    queue,
    find: (key) => informer.store.get(key),
    reconcile: (sync, signal, lifeline) =>
      sync.metadata.deletionTimestamp === undefined
        ? reconcile(sync, ports, signal, lifeline)
        : remove(sync, ports, signal, lifeline),
    silenceMs: () => SILENCE_MS,
    passes: PASSES,
    resyncMs: createResync(RESYNC_MS, random),
    stopping,
    onForgotten: (key) => {
      sourceFailures.forget(key);
      rivalry.forget(key);
      parts.watches.forget(key);
      claims.forget(key);
    },
    onPass: () => undefined,
    onSync: () => undefined,
    vigil,
    clock,
    random,
    log,
  });
}
