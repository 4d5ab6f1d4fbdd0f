import type { GitSync } from '../api/gitsync/git-sync.ts';
import { keyOf } from '../api/metadata.ts';
import type { Store } from '../kube/store.ts';
import type { WorkQueue } from '../kube/work-queue.ts';
import type { SyncPorts } from '../sync/reconcile.ts';
import type { IsBeside } from '../sync/source-key.ts';
import type { Clock } from '../telemetry/clock.ts';

export interface SyncNewsOptions {
  readonly store: Pick<Store<GitSync>, 'values'>;
  readonly queue: Pick<WorkQueue, 'add'>;
  readonly isBeside: IsBeside;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** Called with each that is told. */
  readonly onTold?: (sync: string) => void;
}

/** Who is to look at its repository now, and since when that is known. */
export interface SyncNews extends Pick<SyncPorts, 'takeNews' | 'tellNews'> {
  readonly refresh: (matches: (sync: GitSync) => boolean) => void;
  readonly forget: (sync: string) => void;
}

/** Whoever has found a revision has asked for it in this moment: the others need not ask again. */
const JUST_NOW_MS = 1_000;

export function createSyncNews({ store, queue, isBeside, clock, onTold }: SyncNewsOptions): SyncNews {
  /** When each was told of, on the monotonic clock. */
  const told = new Map<string, number>();
  /** By URL and ref: whoever finds a revision later has nothing to tell. */
  const lastTold = new Map<string, string>();
  const refresh = (matches: (sync: GitSync) => boolean, at = clock.monotonicMs()): void => {
    for (const sync of store.values()) {
      if (!matches(sync)) continue;
      told.set(keyOf(sync), at);
      onTold?.(keyOf(sync));
      queue.add(keyOf(sync));
    }
  };
  return {
    refresh: (matches) => {
      refresh(matches);
    },
    takeNews: (key) => {
      const at = told.get(key);
      told.delete(key);
      return at === undefined ? undefined : clock.monotonicMs() - at;
    },
    tellNews: (from, revision) => {
      const source = `${from.spec.url} ${revision.split('@')[0] ?? ''}`;
      if (lastTold.get(source) === revision) return;
      lastTold.set(source, revision);
      refresh(
        (sync) => keyOf(sync) !== keyOf(from) && isBeside(from, sync),
        clock.monotonicMs() - JUST_NOW_MS,
      );
    },
    forget: (key) => {
      told.delete(key);
    },
  };
}
