import { isTrue } from '../../api/conditions.ts';
import type { GitSync } from '../../api/gitsync/git-sync.ts';
import { syncOf } from '../../api/gitsync/owner.ts';
import type { HelmRelease } from '../../api/helm-release.ts';
import { formatKey, keyOf } from '../../api/metadata.ts';
import type { Outcome } from '../../kube/outcome.ts';
import type { OriginOf } from '../../release/desire/origin.ts';
import type { Clock } from '../../telemetry/clock.ts';
import type { Span, Tracer } from '../../telemetry/tracing/tracer.ts';

/** Makes one trace of each commit that a GitSync brings in, of which the releases that it changes are parts. */
export interface SyncTraces {
  /** There may be a commit: the next pass will tell. */
  readonly noticed: (key: string) => void;
  readonly pass: (sync: GitSync, work: () => Promise<Outcome>) => Promise<Outcome>;
  /** The commit that a change of a release came with; undefined if it came in another way. */
  readonly carrierOf: (release: HelmRelease, isNews: boolean) => Span | undefined;
  /** That change is over: the next one of the same release came with another commit, or with none. */
  readonly carried: (release: HelmRelease) => void;
  readonly forget: (key: string) => void;
  readonly close: () => void;
}

export interface SyncTracesOptions {
  readonly tracer: Tracer;
  readonly clock: Pick<Clock, 'now'>;
  /** The GitSync as it is known to be now. */
  readonly find: (key: string) => GitSync | undefined;
  readonly originOf: OriginOf;
}

interface Commit {
  readonly span: Span;
  isOver: boolean;
  /** Keys of releases whose change by this commit is over. */
  readonly carried: Set<string>;
}

export function createSyncTraces({ tracer, clock, find, originOf }: SyncTracesOptions): SyncTraces {
  /** The newest of each GitSync that it had to do something for. */
  const commits = new Map<string, Commit>();
  /** Whatever a GitSync is at now. */
  const running = new Map<string, Commit>();
  const news = new Map<string, Date>();

  const begin = (sync: GitSync): Commit => {
    const { namespace, name } = sync.metadata;
    const told = news.get(keyOf(sync));
    const span = tracer.begin('commit', {
      at: told ?? clock.now(),
      attributes: { cause: told === undefined ? 'poll' : 'told' },
    });
    span.share({ namespace, gitsync: name });
    return { span, isOver: false, carried: new Set() };
  };

  const end = (commit: Commit, outcome: string): void => {
    commit.span.set({ outcome });
    commit.span.end();
    commit.isOver = true;
  };

  const afterPass = (key: string, { kind }: Outcome, commit: Commit): void => {
    if (!commit.span.isKept) return;
    const status = find(key)?.status;
    const isApplied = isTrue(status?.conditions, 'Ready');
    if (kind === 'wait' && !isApplied && status?.failure === undefined) return;
    if (status?.failure !== undefined) commit.span.fail(status.failure.cause);
    end(commit, isApplied ? 'applied' : 'failed');
  };

  return {
    noticed: (key) => {
      if (tracer.isOn && !news.has(key)) news.set(key, clock.now());
    },
    pass: async (sync, work) => {
      if (!tracer.isOn) return await work();
      const key = keyOf(sync);
      const known = commits.get(key);
      const commit = known === undefined || known.isOver ? begin(sync) : known;
      news.delete(key);
      running.set(key, commit);
      try {
        const outcome = await tracer.within(commit.span, work);
        afterPass(key, outcome, commit);
        return outcome;
      } finally {
        running.delete(key);
        if (commit.span.isKept) commits.set(key, commit);
      }
    },
    carrierOf: (release, isNews) => {
      const owner = syncOf(release);
      if (owner === undefined || !(isNews || isOfOwnCommit(release))) return undefined;
      const sync = formatKey(owner);
      const commit = [running.get(sync), commits.get(sync)].find((each) => each?.span.isKept);
      if (commit === undefined || commit.carried.has(keyOf(release))) return undefined;
      // While it is being applied nobody knows yet what of it is there.
      return !commit.isOver || originOf(release).kind === 'git' ? commit.span : undefined;
    },
    carried: (release) => {
      const owner = syncOf(release);
      if (owner !== undefined) commits.get(formatKey(owner))?.carried.add(keyOf(release));
    },
    forget: (key) => {
      commits.delete(key);
      news.delete(key);
    },
    close: () => {
      for (const commit of commits.values()) if (!commit.isOver) end(commit, 'interrupted');
    },
  };
}

/** Its chart may be another one without an edit. */
function isOfOwnCommit({ spec: { chart } }: HelmRelease): boolean {
  return chart.path !== undefined && chart.git === undefined && chart.repository === undefined;
}
