import { conditionOf } from '../../../../../src/api/conditions.ts';
import { ChartUnavailableError } from '../../../../../src/api/errors.ts';
import type { Condition, ConditionType } from '../../../../../src/api/helm-release.ts';
import type { HelmRelease, HelmReleaseSpec, HelmReleaseStatus } from '../../../../../src/api/helm-release.ts';
import { targetOf } from '../../../../../src/api/release-name.ts';
import type { ReleaseTarget } from '../../../../../src/api/release-name.ts';
import { TRUSTING } from '../../../../../src/api/tenancy.ts';
import type { Tenancy } from '../../../../../src/api/tenancy.ts';
import type { Chart } from '../../../../../src/charts/chart.ts';
import { READY } from '../../../../../src/health/health.ts';
import type { Health } from '../../../../../src/health/health.ts';
import { ApiError } from '../../../../../src/kube/errors.ts';
import type { Crds } from '../../../../../src/release/act/crds.ts';
import type { Origin } from '../../../../../src/release/desire/origin.ts';
import { createRevisions } from '../../../../../src/release/observe/revisions.ts';
import type { Meter } from '../../../../../src/release/record/meter.ts';
import type { Outcome } from '../../../../../src/kube/outcome.ts';
import { formatTarget } from '../../../../../src/release/plan.ts';
import type { Account } from '../../../../../src/release/plan.ts';
import { reconcile } from '../../../../../src/release/reconcile.ts';
import type { ReconcilePorts } from '../../../../../src/release/reconcile.ts';
import { preview } from '../../../../../src/release/preview/preview.ts';
import type { Preview, PreviewPorts } from '../../../../../src/release/preview/preview.ts';
import { remove } from '../../../../../src/release/remove.ts';
import type { RemovePorts } from '../../../../../src/release/remove.ts';
import { silentLogger } from '../../../../../src/telemetry/logger.ts';
import type { Logger } from '../../../../../src/telemetry/logger.ts';
import { NO_TRACER } from '../../../../../src/telemetry/tracing/tracer.ts';
import type { Tracer } from '../../../../../src/telemetry/tracing/tracer.ts';
import { createActPorts } from './act-ports.ts';
import { BORN, createSubject } from './helm-releases.ts';
import type { Subject } from './helm-releases.ts';
import { createFakeHelm } from './helm.ts';
import type { FakeHelm, Verb } from './helm.ts';
import { createHelmStorage } from './helm-storage.ts';
import type { HelmStorage, Labels } from './helm-storage.ts';
import { createLifetime } from './lifetime.ts';
import { chartOf, createEvents, DIGEST_KEY, marksWith, NO_METER, NO_VALUES } from './operator-ports.ts';

/** What a person or the platform may change at any time. */
export interface Circumstances {
  /** What the chart source holds; undefined while it is away. */
  chart: string | undefined;
  /** Of what consists of this content; ready where nothing is said. */
  readonly health: Map<string, Health>;
  /** What differs between a release of other content and what is wanted. */
  difference: string | undefined;
  isCrdTerminating: boolean;
  isNamespaceTerminating: boolean;
  /** The one that the operator itself came with. */
  ownRelease: ReleaseTarget | undefined;
  tenancy: Tenancy;
  /** Accounts that may neither read nor change Helm's records, nor read values. */
  readonly powerless: Set<string>;
  /** The chart source has not answered yet. */
  isSourceSlow: boolean;
  /** Whether the release may have its chart is not known yet. */
  unproved: { readonly kind: 'not-known-yet'; readonly why: string } | undefined;
  /** As whom helm works on the release, because its chart comes with it. */
  account: Account | undefined;
  /** Whether watches tell of the objects of the release. */
  isWatched: boolean;
  digestKey: Buffer;
  /** Names of releases that the operator has no rights to. */
  readonly forbidden: Set<string>;
  /** The object in which Tiller keeps the release. */
  tillerRecord: string | undefined;
  /** HelmReleases beside the one that is looked at. */
  others: readonly HelmRelease[];
  /** For whom 1.4.4 released what; by name of the release. */
  readonly antecedents: Map<string, string>;
  /** What comes of the definitions of the chart. */
  prepareCrds: Crds['prepare'];
  /** Whether it comes from Git. */
  origin: Origin;
  /** What happens before a slot for helm is free. */
  whileWaiting: () => void;
}

export interface PassResult {
  readonly outcome: Outcome | undefined;
  readonly thrown: unknown;
  /** Everything that the pass has changed outside of itself, in order. */
  readonly effects: readonly string[];
  readonly runs: readonly string[];
}

/** One HelmRelease and all that the operator finds around it, in memory and at a time that stands still by itself. */
export interface World extends Circumstances {
  readonly subject: Subject;
  readonly storage: HelmStorage;
  readonly helm: FakeHelm;
  /** By whose rights values and Helm's records were read and changed; undefined for the operator's own. */
  readonly actors: (string | undefined)[];
  /** Reasons of the Events so far. */
  readonly events: readonly string[];
  readonly nowMs: () => number;
  readonly later: (ms: number) => void;
  readonly status: () => HelmReleaseStatus;
  readonly condition: (type: ConditionType) => Condition | undefined;
  /** One pass, by an operator that is killed after so many effects. */
  readonly pass: (killedAfter?: number) => Promise<PassResult>;
  readonly remove: (killedAfter?: number) => Promise<PassResult>;
  /** What a person is told that the next pass would do. Fails if it does anything. */
  readonly preview: () => Promise<Preview>;
}

export interface WorldOptions {
  readonly onRun?: (verb: Verb, release: string, labels: Labels, world: World) => void;
  readonly log?: Logger;
  readonly meter?: Meter;
  readonly tracer?: Tracer;
}

const IDLE = { size: 4, inUse: 0, waiting: 0 };
const NO_POOLS = { fast: IDLE, slow: IDLE, package: IDLE };

export const RESYNC_MS = 180_000;

export function createWorld(
  spec: Partial<HelmReleaseSpec> = {},
  { onRun, log = silentLogger, meter = NO_METER, tracer = NO_TRACER }: WorldOptions = {},
): World {
  let now = Date.parse(BORN);
  let lifetime = createLifetime();
  let effects: string[] = [];
  const reasons: string[] = [];
  const actors: (string | undefined)[] = [];
  const storage = createHelmStorage(() => now);
  const alive = () => lifetime;
  const seen = { push: (what: string) => effects.push(what) };
  const subject = createSubject(spec, alive, seen);
  const helm = createFakeHelm({
    storage,
    lifetime: alive,
    effects: seen,
    onRun: (verb, release, labels) => onRun?.(verb, release, labels, world),
  });
  const stored = storage.port(alive, seen);
  const storagePort: typeof stored = {
    ...stored,
    list: (namespace, name, signal) =>
      world.forbidden.has(name)
        ? Promise.reject(new ApiError('secrets is forbidden', { status: 403, statusReason: 'Forbidden' }))
        : stored.list(namespace, name, signal),
  };
  const allowed = async <T>(account: string | undefined, answer: Promise<T>): Promise<T> => {
    actors.push(account);
    if (account !== undefined && world.powerless.has(account)) {
      answer.catch(() => undefined);
      throw new ApiError(`${account} may not`, { status: 403, statusReason: 'Forbidden' });
    }
    return await answer;
  };
  /** By whose rights Helm's records are read and changed. */
  const storageAs = (account: string | undefined): typeof stored => ({
    ...storagePort,
    list: (...args) => allowed(account, storagePort.list(...args)),
    mark: (...args) => allowed(account, storagePort.mark(...args)),
    label: (...args) => allowed(account, storagePort.label(...args)),
  });
  const actPorts = createActPorts(alive, seen);
  const createMemory = () => createRevisions(storagePort, ({ releaseName }) => storage.records(releaseName));
  let revisions = createMemory();
  const healthOf = ({ uid }: { readonly uid: string }): Promise<Health> => {
    const stored = storage.find(uid);
    return Promise.resolve(world.health.get(stored?.content ?? '') ?? READY);
  };
  const findChart = (): Promise<Chart> =>
    world.chart === undefined
      ? Promise.reject(new ChartUnavailableError('the chart source does not answer'))
      : Promise.resolve(chartOf(world.chart));
  const portsNow = (account?: string): ReconcilePorts & RemovePorts => ({
    as: portsNow,
    tenancy: world.tenancy,
    ...actPorts,
    crds: { prepare: (work, signal) => world.prepareCrds(work, signal) },
    helm: helm.port,
    storage: storageAs(account),
    revisions: { ...revisions, fresh: (target, signal) => allowed(account, revisions.fresh(target, signal)) },
    originOf: () => world.origin,
    marks: marksWith(world.digestKey),
    digestKey: world.digestKey,
    clock: { now: () => new Date(now), monotonicMs: () => now },
    random: () => 0.5,
    log,
    meter,
    tracer,
    events: createEvents(reasons),
    stopping: new AbortController().signal,
    find: () => subject.get(),
    slots: {
      hold: (_pool, _signal, work) => {
        world.whileWaiting();
        return work();
      },
      pools: NO_POOLS,
    },
    claimantsOf: (target) => {
      const claimants = [subject.get(), ...world.others];
      return claimants.filter((each) => formatTarget(targetOf(each)) === formatTarget(target));
    },
    antecedentOf: ({ releaseName }) => Promise.resolve(world.antecedents.get(releaseName)),
    seesAllNamespaces: true,
    ownRelease: world.ownRelease,
    resyncMs: () => RESYNC_MS,
    charts: { watch: () => undefined, pin: () => () => undefined },
    patientCharts: { find: () => (world.isSourceSlow ? Promise.resolve(undefined) : findChart()) },
    chartSourceOf: ({ account: named }) => {
      const released = world.account ?? (named === undefined ? undefined : { user: named });
      return Promise.resolve(
        world.unproved ?? {
          kind: 'found',
          source: { kind: 'git', url: '', ref: 'main', path: 'web', skipDepUpdate: false, scope: '' },
          ...(released === undefined ? {} : { account: released }),
        },
      );
    },
    composeValues: () =>
      allowed(account, Promise.resolve({ values: NO_VALUES, [Symbol.dispose]: () => undefined })),
    differenceFrom: ({ target, chart }, revision) => {
      const stored = storage.all(target.releaseName).find((each) => each.revision === revision);
      return Promise.resolve(stored?.content === chart.digest ? undefined : world.difference);
    },
    readiness: {
      watched: (_target, of) => (world.isWatched ? healthOf(of) : Promise.resolve(READY)),
      check: (_target, of) => healthOf(of),
      settled: (_target, of) => healthOf(of),
      isWatched: () => Promise.resolve(world.isWatched),
    },
    releases: subject.releases,
    store: { upsert: () => 'updated' },
    writeStatus: subject.writeStatus,
    readPayload: () =>
      Promise.resolve({ objects: [], hasHooks: false, applyMethod: 'client', hasSecrets: false }),
    tillerRecordOf: () => Promise.resolve(world.tillerRecord),
    surroundings: {
      isCrdTerminating: () => Promise.resolve(world.isCrdTerminating),
      isNamespaceTerminating: () => Promise.resolve(world.isNamespaceTerminating),
      isNamespaceMissing: () => Promise.resolve(false),
    },
  });

  const resultOf = async (work: () => Promise<Outcome>): Promise<PassResult> => {
    effects = [];
    let outcome: Outcome | undefined;
    let thrown: unknown;
    try {
      outcome = await work();
    } catch (caught) {
      thrown = caught;
    }
    return { outcome, thrown, effects, runs: effects.filter((each) => each.startsWith('helm ')) };
  };

  const world: World = {
    chart: 'a',
    health: new Map(),
    difference: undefined,
    isCrdTerminating: false,
    isNamespaceTerminating: false,
    ownRelease: undefined,
    tenancy: TRUSTING,
    powerless: new Set(),
    actors,
    isSourceSlow: false,
    unproved: undefined,
    account: undefined,
    isWatched: true,
    digestKey: DIGEST_KEY,
    forbidden: new Set(),
    tillerRecord: undefined,
    others: [],
    antecedents: new Map(),
    prepareCrds: () => Promise.resolve({ skipCRDs: false }),
    origin: { kind: 'none' },
    whileWaiting: () => undefined,
    subject,
    storage,
    helm,
    events: reasons,
    nowMs: () => now,
    later: (ms) => {
      now += ms;
    },
    status: () => subject.get().status ?? {},
    condition: (type) => conditionOf(subject.get().status?.conditions, type),
    pass: async (killedAfter) => {
      lifetime = createLifetime(killedAfter);
      const result = await resultOf(() => reconcile(subject.get(), portsNow(), lifetime.signal));
      // What it knew by heart is gone with it.
      if (lifetime.signal.aborted) revisions = createMemory();
      return result;
    },
    remove: async (killedAfter) => {
      lifetime = createLifetime(killedAfter);
      return await resultOf(() => remove(subject.get(), portsNow(), lifetime.signal));
    },
    preview: async () => {
      effects = [];
      const ports = portsNow();
      const charts = { ...ports.charts, resolve: findChart };
      const previewPorts: PreviewPorts = { ...ports, charts, as: () => previewPorts };
      const told = await preview(subject.get(), previewPorts, createLifetime().signal);
      if (effects.length > 0) throw new Error(`a preview did something: ${effects.join(', ')}`);
      return told;
    },
  };
  return world;
}
