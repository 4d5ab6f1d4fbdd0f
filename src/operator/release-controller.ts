import type { HelmRelease } from '../api/helm-release.ts';
import { keyOf, parseKey } from '../api/metadata.ts';
import { targetOf } from '../api/release-name.ts';
import type { ReleaseTarget } from '../api/release-name.ts';
import type { Charts } from '../charts/charts.ts';
import type { Helm } from '../helm/helm.ts';
import { createMarkFormat } from '../helm/storage/marks.ts';
import { revisionOf } from '../helm/storage/revision.ts';
import type { Slots } from '../helm/slots.ts';
import type { Storage } from '../helm/storage/storage.ts';
import type { WorkQueue } from '../kube/work-queue.ts';
import { createController } from '../release/controller.ts';
import type { Controller } from '../release/controller.ts';
import { createChartSourceOf } from '../release/desire/chart-source.ts';
import { createPatientCharts } from '../release/desire/patient-charts.ts';
import { createComposeValues } from '../release/desire/values.ts';
import { createDocumentReader } from '../release/desire/documents.ts';
import { createDifference } from '../release/observe/difference.ts';
import { createPayloadReader } from '../release/observe/payloads.ts';
import { createReadiness } from '../release/observe/readiness.ts';
import { createRevisions } from '../release/observe/revisions.ts';
import { createSurroundings } from '../release/observe/surroundings.ts';
import { formatTarget } from '../release/plan.ts';
import { reconcile } from '../release/reconcile.ts';
import type { ReconcilePorts } from '../release/reconcile.ts';
import { createStatusWriter } from '../release/record/status-writer.ts';
import { remove } from '../release/remove.ts';
import type { RemovePorts } from '../release/remove.ts';
import { createResync } from '../release/resync.ts';
import type { FetchExternal } from '../values/external.ts';
import type { Cluster } from './cluster.ts';
import type { Environment } from './environment.ts';
import { createMeter } from './meter.ts';

/** Passes look more than they work: those that run helm wait for one of its slots. */
const PASSES = 1_000;
/** How long a pass waits for a chart source: most answer by then, and no other release should wait for the rest. */
const PATIENCE_MS = 2_000;
/** Changes whenever the same input would give another desired digest. */
const FORMULA_VERSION = 1;

export interface ControllerParts {
  readonly cluster: Cluster;
  readonly charts: Charts;
  readonly helm: Helm;
  readonly slots: Slots;
  readonly storage: Storage;
  readonly queue: WorkQueue;
  readonly digestKey: Buffer;
  readonly fetchExternal: FetchExternal;
  readonly stopping: AbortSignal;
}

/** Gives the release domain its ports: everything it asks for, made of the parts around it. */
export function createReleaseController(
  parts: ControllerParts,
  { config, log, clock, random, metrics }: Environment,
): Controller {
  const { cluster, charts, helm, slots, storage, queue, digestKey, stopping } = parts;
  const { watched, releases, events } = cluster;
  const meter = createMeter(metrics);
  const readSecret = createDocumentReader(cluster.secrets, watched.secrets.store);
  const readConfigMap = createDocumentReader(cluster.configMaps, watched.configMaps.store);
  const readPayload = createPayloadReader(storage);
  const find = (key: string): HelmRelease | undefined => watched.releases.store.get(key);
  const claimantsOf = (target: ReleaseTarget): readonly HelmRelease[] =>
    watched.releases.store.byIndex('target', formatTarget(target));
  const resyncMs = createResync(config.chartsSyncIntervalMs, random);
  const patientCharts = createPatientCharts({
    charts,
    patienceMs: PATIENCE_MS,
    wake: (key) => {
      queue.add(key);
    },
    stopping,
  });
  const shared = {
    helm,
    slots,
    storage,
    charts,
    events,
    meter,
    clock,
    random,
    log,
    stopping,
    releases,
    store: watched.releases.store,
    find,
    marks: createMarkFormat({ formulaVersion: FORMULA_VERSION, key: digestKey }),
    claimantsOf,
    seesAllNamespaces: config.allowNamespace === undefined,
    revisions: createRevisions(storage, (target) =>
      watched.revisions.store
        .byIndex('release', formatTarget(target))
        .map(({ metadata }) => revisionOf(metadata))
        .filter((record) => record !== undefined)
        .toSorted((a, b) => a.revision - b.revision),
    ),
    writeStatus: createStatusWriter(releases, watched.releases.store),
    surroundings: createSurroundings(cluster),
  };
  const reconcilePorts: ReconcilePorts = {
    ...shared,
    digestKey,
    resyncMs,
    patientCharts,
    chartSourceOf: createChartSourceOf({ readSecret, defaultRef: config.gitDefaultRef }),
    composeValues: createComposeValues({ readSecret, readConfigMap, fetchExternal: parts.fetchExternal }),
    differenceFrom: createDifference(storage),
    readiness: createReadiness({
      readPayload,
      resourceOf: cluster.resourceOf,
      find: cluster.findWorkload,
    }),
  };
  const removePorts: RemovePorts = {
    ...shared,
    readPayload,
  };
  return createController({
    queue,
    clock,
    random,
    log,
    passes: PASSES,
    resyncMs,
    stopping,
    find,
    reconcile: (release, signal) => {
      if (release.metadata.deletionTimestamp !== undefined) return remove(release, removePorts, signal);
      if (release.spec.suspend === true) return Promise.resolve({ kind: 'done' });
      return reconcile(release, reconcilePorts, signal);
    },
    onForgotten: (key) => {
      charts.unwatch(key);
      patientCharts.forget(key);
    },
    onPass: (key, outcome, seconds) => {
      metrics.passEnded({ outcome, seconds });
      const release = watched.releases.store.get(key);
      if (release === undefined) return;
      const { releaseName, namespace } = targetOf(release);
      const success = outcome === 'done' || outcome === 'wait';
      metrics.actionEnded({ action: 'sync', releaseName, targetNamespace: namespace, success, seconds });
    },
  });
}

/** What the metrics of a release that is gone were called. */
export function forgottenLabels(
  release: HelmRelease,
): Parameters<Environment['metrics']['forgetRelease']>[0] {
  const { releaseName, namespace } = targetOf(release);
  return { ...parseKey(keyOf(release)), releaseName, targetNamespace: namespace };
}
