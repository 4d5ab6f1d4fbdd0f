import type { HelmRelease } from '../api/helm-release.ts';
import { keyOf, parseKey } from '../api/metadata.ts';
import { targetOf } from '../api/release-name.ts';
import type { WorkQueue } from '../kube/work-queue.ts';
import { createController } from '../kube/controller.ts';
import type { Controller } from '../kube/controller.ts';
import type { OriginOf } from '../release/desire/origin.ts';
import type { OwnCommitOf } from '../release/desire/own-chart.ts';
import { createPatientCharts } from '../release/desire/patient-charts.ts';
import { createReleaseDiff } from '../release/observe/release-diff.ts';
import { reconcile } from '../release/reconcile.ts';
import type { ReconcilePorts } from '../release/reconcile.ts';
import { createStatusWriter } from '../kube/status-writer.ts';
import { remove } from '../release/remove.ts';
import { longestSilenceMs } from '../release/act/limits.ts';
import { KIND } from '../api/names.ts';
import type { RemovePorts } from '../release/remove.ts';
import { withTrail } from '../release/tell/with-trail.ts';
import { createResync } from '../kube/resync.ts';
import type { Vigil } from '../kube/vigil.ts';
import { createActPorts } from './act-ports.ts';
import { byAccount } from './by-account.ts';
import type { Environment } from './environment.ts';
import { createMeter } from './meter.ts';
import type { Parts } from './parts.ts';
import { createMemories, createReadPorts } from './read-ports.ts';
import { tenancyOf } from './tenancy.ts';
import { createReleaseTraces } from './traces/release-traces.ts';
import type { SyncTraces } from './traces/sync-traces.ts';
import { tracedCharts, tracedSlots, tracedValues } from './traces/traced-ports.ts';
import { watchedView } from './view.ts';

/** Passes look more than they work: those that run helm wait for one of its slots. One namespace gets half at most. */
const PASSES = 2_000;
/** How long a pass waits for a chart source: most answer by then, and no other release should wait for the rest. */
const PATIENCE_MS = 2_000;

export interface ControllerParts extends Omit<Parts, keyof AsyncDisposable> {
  readonly queue: WorkQueue;
  readonly vigil: Vigil;
  readonly digestKey: Buffer;
  readonly originOf: OriginOf;
  readonly ownCommitOf: OwnCommitOf;
  readonly syncTraces: SyncTraces;
  readonly stopping: AbortSignal;
}

/** Gives the release domain its ports: everything it asks for, made of the parts around it. */
export function createReleaseController(parts: ControllerParts, environment: Environment): Controller {
  const { config, log, clock, random, metrics, tracer } = environment;
  const { cluster, charts, slots, queue, stopping, vigil, originOf } = parts;
  const { watched, releases } = cluster;
  const events = withTrail(cluster.events, originOf);
  const resyncMs = createResync(config.chartsSyncIntervalMs, random);
  const patientCharts = createPatientCharts({
    charts,
    patienceMs: PATIENCE_MS,
    wake: (key) => {
      queue.add(key);
    },
    stopping,
  });
  const memories = createMemories();
  const view = watchedView(cluster);
  const traces = createReleaseTraces({
    ...{ tracer, clock, syncs: parts.syncTraces },
    find: (key) => watched.releases.store.get(key),
  });
  watched.releases.onChange(({ object }) => {
    traces.noticed(keyOf(object), 'edit');
  });
  charts.onMoved((keys) => {
    for (const key of keys) traces.noticed(key, 'chart');
  });
  const shared = {
    slots: tracedSlots(slots, tracer),
    tracer,
    charts,
    events,
    meter: createMeter(metrics),
    clock,
    random,
    log,
    stopping,
    releases,
    store: watched.releases.store,
    writeStatus: createStatusWriter(releases, watched.releases.store),
    resyncMs,
    patientCharts: tracedCharts(patientCharts, tracer),
    originOf,
    tenancy: tenancyOf(config),
  };
  const as = byAccount((account: string | undefined): ReconcilePorts & RemovePorts => {
    const seen = { ...parts, ...parts.as(account), view, memories, account };
    const readPorts = createReadPorts(seen, environment);
    const { helm, storage } = seen;
    return {
      ...shared,
      ...readPorts,
      ...createActPorts({ ...seen, ...readPorts }, environment),
      composeValues: tracedValues(readPorts.composeValues, tracer),
      ...{ as, helm, storage },
      ...(config.logReleaseDiffs ? { releaseDiff: createReleaseDiff(storage) } : {}),
    };
  });
  const ports = as(undefined);
  const controller = createController<HelmRelease>({
    kind: KIND,
    queue,
    clock,
    random,
    log: log.child({ component: 'release' }),
    passes: PASSES,
    silenceMs: ({ spec }) => longestSilenceMs(spec),
    resyncMs,
    stopping,
    find: ports.find,
    vigil,
    reconcile: (release, signal, lifeline) => {
      const isGoing = release.metadata.deletionTimestamp !== undefined;
      if (!isGoing && release.spec.suspend === true) return Promise.resolve({ kind: 'done' });
      return traces.pass(release, () =>
        isGoing ? remove(release, ports, signal, lifeline) : reconcile(release, ports, signal, lifeline),
      );
    },
    onForgotten: (key) => {
      charts.unwatch(key);
      patientCharts.forget(key);
      traces.forget(key);
    },
    onPass: (key, outcome, seconds) => {
      metrics.passEnded({ outcome, seconds });
      metrics.releasePassed(parseKey(key));
    },
    onSync: (key, success, seconds) => {
      const release = watched.releases.store.get(key);
      if (release === undefined || release.spec.suspend === true) return;
      const { releaseName, namespace } = targetOf(release);
      metrics.actionEnded({ action: 'sync', releaseName, targetNamespace: namespace, success, seconds });
    },
  });
  return {
    run: (taking, working) => controller.run(taking, working).finally(traces.close),
  };
}

/** What the metrics of a release that is gone were called. */
export function forgottenLabels(
  release: HelmRelease,
): Parameters<Environment['metrics']['forgetRelease']>[0] {
  const { releaseName, namespace } = targetOf(release);
  return { ...parseKey(keyOf(release)), releaseName, targetNamespace: namespace };
}
