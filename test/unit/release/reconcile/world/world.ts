import { conditionOf } from '../../../../../src/api/conditions.ts';
import { ChartUnavailableError } from '../../../../../src/api/errors.ts';
import type { Condition, ConditionType } from '../../../../../src/api/helm-release.ts';
import type { HelmReleaseSpec, HelmReleaseStatus } from '../../../../../src/api/helm-release.ts';
import { READY } from '../../../../../src/health/health.ts';
import type { Health } from '../../../../../src/health/health.ts';
import { createRevisions } from '../../../../../src/release/observe/revisions.ts';
import type { Outcome } from '../../../../../src/release/outcome.ts';
import { reconcile } from '../../../../../src/release/reconcile.ts';
import type { ReconcilePorts } from '../../../../../src/release/reconcile.ts';
import { remove } from '../../../../../src/release/remove.ts';
import type { RemovePorts } from '../../../../../src/release/remove.ts';
import { silentLogger } from '../../../../../src/telemetry/logger.ts';
import { BORN, createSubject } from './helm-releases.ts';
import type { Subject } from './helm-releases.ts';
import { createFakeHelm } from './helm.ts';
import type { FakeHelm, Verb } from './helm.ts';
import { createHelmStorage } from './helm-storage.ts';
import type { HelmStorage, Labels } from './helm-storage.ts';
import { createLifetime } from './lifetime.ts';
import { chartOf, createEvents, DIGEST_KEY, MARKS, NO_METER, NO_VALUES } from './operator-ports.ts';

/** What a person or the platform may change at any time. */
export interface Circumstances {
  /** What the chart source holds; undefined while it is away. */
  chart: string | undefined;
  /** Of what consists of this content; ready where nothing is said. */
  readonly health: Map<string, Health>;
  /** What differs between a release of somebody else and what is wanted. */
  difference: string | undefined;
  isCrdTerminating: boolean;
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
  /** Reasons of the Events so far. */
  readonly events: readonly string[];
  readonly nowMs: () => number;
  readonly later: (ms: number) => void;
  readonly status: () => HelmReleaseStatus;
  readonly condition: (type: ConditionType) => Condition | undefined;
  /** One pass, by an operator that is killed after so many effects. */
  readonly pass: (killedAfter?: number) => Promise<PassResult>;
  readonly remove: () => Promise<PassResult>;
}

export interface WorldOptions {
  readonly onRun?: (verb: Verb, release: string, labels: Labels, world: World) => void;
}

const IDLE = { inUse: 0, waiting: 0 };
const NO_POOLS = { fast: IDLE, slow: IDLE, package: IDLE };

export const RESYNC_MS = 180_000;

export function createWorld(spec: Partial<HelmReleaseSpec> = {}, { onRun }: WorldOptions = {}): World {
  let now = Date.parse(BORN);
  let lifetime = createLifetime();
  let effects: string[] = [];
  const reasons: string[] = [];
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
  const storagePort = storage.port(alive, seen);
  const createMemory = () => createRevisions(storagePort, ({ releaseName }) => storage.records(releaseName));
  let revisions = createMemory();
  const healthOf = ({ uid }: { readonly uid: string }): Promise<Health> => {
    const stored = storage.find(uid);
    return Promise.resolve(world.health.get(stored?.content ?? '') ?? READY);
  };
  const portsNow = (): ReconcilePorts & RemovePorts => ({
    helm: helm.port,
    storage: storagePort,
    revisions,
    marks: MARKS,
    digestKey: DIGEST_KEY,
    clock: { now: () => new Date(now), monotonicMs: () => now },
    random: () => 0.5,
    log: silentLogger,
    meter: NO_METER,
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
    claimantsOf: () => [subject.get()],
    seesAllNamespaces: true,
    resyncMs: () => RESYNC_MS,
    charts: { watch: () => undefined, pin: () => () => undefined },
    patientCharts: {
      find: () =>
        world.chart === undefined
          ? Promise.reject(new ChartUnavailableError('the chart source does not answer'))
          : Promise.resolve(chartOf(world.chart)),
    },
    chartSourceOf: () =>
      Promise.resolve({ kind: 'git', url: '', ref: 'main', path: 'web', skipDepUpdate: false, scope: '' }),
    composeValues: () => Promise.resolve(NO_VALUES),
    differenceFrom: () => Promise.resolve(world.difference),
    readiness: { watched: (_target, of) => healthOf(of), check: (_target, of) => healthOf(of) },
    releases: subject.releases,
    store: { upsert: () => 'updated' },
    writeStatus: subject.writeStatus,
    readPayload: () => Promise.resolve({ objects: [], hasHooks: false }),
    surroundings: {
      isCrdTerminating: () => Promise.resolve(world.isCrdTerminating),
      isNamespaceTerminating: () => Promise.resolve(false),
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
    remove: async () => {
      lifetime = createLifetime();
      return await resultOf(() => remove(subject.get(), portsNow(), lifetime.signal));
    },
  };
  return world;
}
