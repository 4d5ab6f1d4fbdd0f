import { ChartUnavailableError } from '../api/errors.ts';
import { createSemaphore } from '../process/semaphore.ts';
import { createSingleFlight } from '../process/single-flight.ts';
import type { Clock } from '../telemetry/clock.ts';
import { createHeld, type Held } from './held.ts';
import type { Repository, Wanted } from './repository.ts';
import type { Connection, RemoteResult } from './transport.ts';

/** The commits of one remote that we have, downloaded as they are asked for. */
export interface Mirror {
  /** Runs `work` on a repository that holds the commit and stays there meanwhile. */
  withCommit<T>(
    commit: string,
    signal: AbortSignal,
    work: (repository: Repository) => Promise<T>,
  ): Promise<T>;
  /**
   * The full id of a short one or of steps from a commit (`ID~2`), which only a complete copy knows; undefined when that
   * copy, no older than `maxAgeMs`, does not have it.
   */
  find(expression: string, maxAgeMs: number, signal: AbortSignal): Promise<string | undefined>;
  /** The commit that a full id means, be it that of an annotated tag; undefined if it is something else. */
  commitOf(id: string, signal: AbortSignal): Promise<string | undefined>;
  /** Runs `work` on a repository that holds a commit and so many before it. */
  withHistory<T>(
    wanted: Wanted,
    signal: AbortSignal,
    work: (repository: Repository) => Promise<T>,
  ): Promise<T>;
  readonly busy: boolean;
  /** On disk. */
  readonly bytes: number;
  delete(): Promise<void>;
}

export interface MirrorOptions {
  readonly connection: Connection;
  readonly create: (format: 'sha1' | 'sha256', signal: AbortSignal) => Promise<Repository>;
  readonly clock: Clock;
}

/** Servers that hand out only what a ref points at, or no part of a history, still hand out everything. */
const NEEDS_ALL = /unadvertised object|want \S+ not valid|shallow/i;
const NOT_THERE = /not our ref/i;
const MAX_FOUND = 1_000;

export function createMirror({ connection, create, clock }: MirrorOptions): Mirror {
  const { shown } = connection.endpoint.url;
  const oneByOne = createSemaphore(1); // downloads into one repository would lock each other out
  const flights = createSingleFlight<undefined>();
  const found = new Map<string, string>();
  const few = createHeld(create); // single commits, without history
  const all = createHeld(create); // everything, only if something needs it
  let needsAll = false;
  let allAt = Number.NEGATIVE_INFINITY;

  const holder = (commit: string): Held | undefined => [few, all].find((held) => held.has(commit));

  async function download(commit: string, signal: AbortSignal): Promise<undefined> {
    if (holder(commit) !== undefined) return;
    if (!needsAll) {
      const result = await few.download(commit, signal, (to) => to.fetch(connection, commit, signal));
      if (result.kind === 'ok') return;
      if (NOT_THERE.test(result.stderr)) throw missing(commit);
      if (!NEEDS_ALL.test(result.stderr)) throw result.error;
      needsAll = true;
    }
    if ((await look(commit, signal)) !== undefined) return;
    succeeded(await downloadAll(commit, signal));
    if ((await look(commit, signal)) === undefined) throw missing(commit);
  }

  async function downloadAll(id: string, signal: AbortSignal): Promise<RemoteResult> {
    const startedAt = clock.monotonicMs();
    const result = await all.download(id, signal, (to) => to.fetchAll(connection, signal));
    if (result.kind === 'ok') allAt = startedAt;
    return result;
  }

  /** Looks in the complete copy, which from then on is known to have it. */
  async function look(expression: string, signal: AbortSignal): Promise<string | undefined> {
    const commit = await all.use((repository) => repository.commitOf(expression, signal));
    if (commit === undefined) return undefined;
    all.add(commit);
    // It may be the id of a tag, which is asked for by that.
    all.add(expression);
    return commit;
  }

  async function search(expression: string, maxAgeMs: number, signal: AbortSignal): Promise<undefined> {
    let commit = await look(expression, signal);
    if (commit === undefined && clock.monotonicMs() - allAt > maxAgeMs) {
      succeeded(await downloadAll(expression, signal));
      commit = await look(expression, signal);
    }
    if (commit === undefined) return;
    remember(expression, commit);
  }

  /** Good for ever: what an id means never changes. */
  function remember(expression: string, commit: string): void {
    if (found.size >= MAX_FOUND) found.clear();
    found.set(expression, commit);
  }

  function succeeded(result: RemoteResult): void {
    if (result.kind === 'failed') throw result.error;
  }

  function missing(commit: string): ChartUnavailableError {
    return new ChartUnavailableError(
      `repository ${shown} has no commit ${commit}: a forced push has replaced it, or it was never pushed there`,
    );
  }

  const alone = (key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<undefined>) =>
    flights.run(key, signal, (shared) => oneByOne.run(shared, () => work(shared)));

  async function withCommit<T>(
    commit: string,
    signal: AbortSignal,
    work: (repository: Repository) => Promise<T>,
  ): Promise<T> {
    for (;;) {
      // A renewal between the two may have dropped the commit again.
      const held = holder(commit);
      if (held !== undefined) return held.useFor(commit, work);
      await alone(commit, signal, (shared) => download(commit, shared));
    }
  }

  /** It is asked for once for a push, and grows stale at once: nobody keeps it. */
  async function withHistory<T>(
    wanted: Wanted,
    signal: AbortSignal,
    work: (repository: Repository) => Promise<T>,
  ): Promise<T> {
    const { commit } = wanted;
    if (all.has(commit)) return await all.useFor(commit, work);
    const repository = await create(commit.length === 64 ? 'sha256' : 'sha1', signal);
    try {
      succeeded(await repository.fetchHistory(connection, wanted, signal));
      return await work(repository);
    } finally {
      await repository.delete();
    }
  }

  return {
    withCommit,
    withHistory,
    find: async (expression, maxAgeMs, signal) => {
      if (!found.has(expression)) {
        await alone(`find ${expression}`, signal, (shared) => search(expression, maxAgeMs, shared));
      }
      return found.get(expression);
    },
    commitOf: async (id, signal) => {
      const known = found.get(id);
      if (known !== undefined) return known;
      const commit = await withCommit(id, signal, (repository) => repository.commitOf(id, signal));
      if (commit !== undefined) remember(id, commit);
      return commit;
    },
    get busy() {
      return flights.size > 0 || few.busy || all.busy;
    },
    get bytes() {
      return few.bytes + all.bytes;
    },
    delete: async () => {
      await Promise.all([few.delete(), all.delete()]);
    },
  };
}
