import type { GitSync, GitSyncSpec, GitSyncStatus } from '../../../../src/api/gitsync/git-sync.ts';
import { UnreachableError } from '../../../../src/kube/errors.ts';
import type { Outcome } from '../../../../src/kube/outcome.ts';
import { UNWATCHED } from '../../../../src/kube/vigil.ts';
import { createParser } from '../../../../src/sync/build/parser.ts';
import { createFailureCount } from '../../../../src/sync/failure-count.ts';
import { createInventoryStore } from '../../../../src/sync/inventory/store.ts';
import { reconcile, type SyncPorts } from '../../../../src/sync/reconcile.ts';
import { remove } from '../../../../src/sync/remove.ts';
import { createReadings } from '../../../../src/sync/readings.ts';
import { createIsBeside } from '../../../../src/sync/source-key.ts';
import { createRivalry } from '../../../../src/sync/rivalry.ts';
import type { SyncGit } from '../../../../src/sync/source.ts';
import { silentLogger } from '../../../../src/telemetry/logger.ts';
import { NO_TRACER } from '../../../../src/telemetry/tracing/tracer.ts';
import { never } from '../act/support.ts';
import { type Files, repositoryOf } from '../build/repository.ts';
import { FakeCluster } from './cluster.ts';

export class Killed extends Error {}

/** One GitSync `team/apps`, its repository and its cluster; all that an operator remembers is gone after a restart. */
export class World {
  readonly cluster = new FakeCluster();
  readonly events: string[] = [];
  /** How many objects were put back. */
  corrected = 0;
  readonly parser = createParser();
  /** Statuses that were written. */
  readonly statuses: GitSyncStatus[] = [];
  sync: GitSync;
  away = false;
  /** Of the newest commit. */
  verdict: Awaited<ReturnType<SyncPorts['verify']>> = { kind: 'not-asked' };
  nowMs = Date.UTC(2026, 0, 1, 12);
  /** The operator dies after so many writes. */
  effectsLeft = Number.POSITIVE_INFINITY;
  #commits = new Map<string, Files>();
  #head = '';
  #memory = this.#remember();

  constructor(spec: Partial<GitSyncSpec> = {}) {
    this.sync = {
      metadata: { name: 'apps', namespace: 'team', uid: 'sync-uid', generation: 1 },
      spec: { url: 'https://example.com/a.git', prune: true, ...spec },
    };
    this.cluster.beforeEffect = () => {
      this.#live();
    };
    this.cluster.onEffect = () => {
      this.#effect();
    };
  }

  get status(): GitSyncStatus {
    return this.sync.status ?? {};
  }

  ready(): string {
    const { status, reason, message } = this.status.conditions?.find(({ type }) => type === 'Ready') ?? {};
    return `${status ?? ''} ${reason ?? ''}: ${message ?? ''}`;
  }

  /** Gives the revision as status shows it. */
  commit(files: Files): string {
    this.#head = String(this.#commits.size + 1).padStart(40, '0');
    this.#commits.set(this.#head, files);
    return `main@sha1:${this.#head}`;
  }

  edit(spec: Partial<GitSyncSpec>): void {
    const { metadata } = this.sync;
    const generation = (metadata.generation ?? 0) + 1;
    this.sync = { ...this.sync, metadata: { ...metadata, generation }, spec: { ...this.sync.spec, ...spec } };
  }

  annotate(name: string, value: string): void {
    const { metadata } = this.sync;
    const annotations = { ...metadata.annotations, [name]: value };
    this.sync = { ...this.sync, metadata: { ...metadata, annotations } };
  }

  restart(): void {
    this.#memory = this.#remember();
  }

  later(ms: number): void {
    this.nowMs += ms;
  }

  async pass(): Promise<Outcome> {
    this.cluster.calls.length = 0;
    return await reconcile(this.sync, this.#memory, never(), UNWATCHED);
  }

  async remove(): Promise<Outcome> {
    this.cluster.calls.length = 0;
    const ports = { ...this.#memory, whyOrphan: () => Promise.resolve(undefined) };
    return await remove(this.sync, ports, never(), UNWATCHED);
  }

  #live(): void {
    if (this.effectsLeft <= 0) throw new Killed();
  }

  #effect(): void {
    this.effectsLeft -= 1;
    this.#live();
  }

  #remember(): SyncPorts {
    const { cluster } = this;
    const clock = { now: () => new Date(this.nowMs), monotonicMs: () => this.nowMs };
    const view = {
      discovery: cluster.discovery,
      kinds: () => Promise.resolve([]),
      metadataOf: cluster.metadataOf.bind(cluster),
      stage: { resourceOf: cluster.resourceOf.bind(cluster), definitionsServed: () => Promise.resolve([]) },
    };
    const digestKey = Buffer.alloc(32, 1);
    const none = {
      get: () => Promise.resolve(undefined),
      apply: () => Promise.reject(new Error('not here')),
    };
    return {
      git: this.#git(),
      verify: () => Promise.resolve(this.verdict),
      remoteOf: ({ url }) => Promise.resolve({ url, scope: '' }),
      actingAs: () => view,
      inventory: createInventoryStore({ configMaps: none, digestKey }),
      digestKey,
      kustomize: () => () => Promise.reject(new Error('not here')),
      parser: this.parser,
      identifyCharts: ({ commit }, charts) =>
        Promise.resolve(charts.map(({ path }) => this.#below(commit, path))),
      events: {
        record: ({ reason, message }) => this.events.push(`${reason}: ${message}`),
        flush: () => Promise.resolve(),
        close: () => undefined,
      },
      inFlight: 1,
      watches: cluster.watches(),
      rivalry: createRivalry(clock),
      meter: { corrected: (_key, objects) => (this.corrected += objects) },
      random: () => 0.5,
      clock,
      log: silentLogger,
      tracer: NO_TRACER,
      spread: (ms) => ms,
      sourceFailures: createFailureCount(),
      takeNews: () => undefined,
      tellNews: () => undefined,
      readings: createReadings(clock, () => undefined),
      syncs: () => [this.sync],
      isBeside: createIsBeside(),
      isFree: () => Promise.resolve(false),
      store: { upsert: () => 'updated' },
      objects: {
        mergePatch: (_ref, patch) => {
          const { finalizers } = (patch as { metadata: { finalizers: readonly string[] } }).metadata;
          this.sync = { ...this.sync, metadata: { ...this.sync.metadata, finalizers } };
          return Promise.resolve(this.sync);
        },
      },
      writeStatus: (_sync, status) => {
        this.#live();
        this.sync = { ...this.sync, status };
        this.statuses.push(status);
        this.#effect();
        return Promise.resolve(this.sync);
      },
    };
  }

  /** All that a folder of a commit holds. */
  #below(commit: string, folder: string): string {
    const files = Object.entries(this.#commits.get(commit) ?? {});
    return JSON.stringify(files.filter(([path]) => path.startsWith(`${folder}/`)));
  }

  #git(): SyncGit {
    const at = (commit: string): ReturnType<typeof repositoryOf> =>
      repositoryOf(this.#commits.get(commit) ?? {}, undefined, this.parser);
    const unlessAway = <T>(answer: T): Promise<T> =>
      this.away ? Promise.reject(new UnreachableError('no route to example.com')) : Promise.resolve(answer);
    const refs = () => ({
      ...{
        head: this.#head,
        defaultBranch: 'main',
        heads: new Map(),
        tags: new Map(),
        tagObjects: new Map(),
        insecure: false,
      },
    });
    return {
      refs: () => unlessAway(refs()),
      resolve: (_remote, ref) =>
        this.#commits.has(ref)
          ? Promise.resolve({ commit: ref, insecure: false })
          : unlessAway({ commit: this.#head, insecure: false }),
      files: (_remote, commit, path) => at(commit).files(path),
      read: (_remote, commit, files) => at(commit).read(files),
      changes: () => Promise.resolve(new Map()),
      lookup: (_remote, commit, paths) => at(commit).lookup(paths) as ReturnType<SyncGit['lookup']>,
      commit: (_remote, commit) => {
        const who = { name: 'Ada', email: '', time: '2026-01-01T00:00:00Z' };
        const subject = `Commit ${String(Number(commit))}`;
        return Promise.resolve({
          author: who,
          committer: who,
          subject,
          parents: [],
          signed: Buffer.alloc(0),
        });
      },
    };
  }
}
