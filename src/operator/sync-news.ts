import type { GitSync } from '../api/gitsync/git-sync.ts';
import { keyOf } from '../api/metadata.ts';
import type { Store } from '../kube/store.ts';
import type { WorkQueue } from '../kube/work-queue.ts';
import type { Readings } from '../sync/readings.ts';
import type { SyncPorts } from '../sync/reconcile.ts';
import { sourceKey } from '../sync/source-key.ts';
import type { Clock } from '../telemetry/clock.ts';

export interface SyncNewsOptions {
  readonly store: Pick<Store<GitSync>, 'values'>;
  readonly queue: Pick<WorkQueue, 'add'>;
  readonly readings: Pick<Readings, 'of'>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

/** Who is to look at its repository now, and since when that is known. */
export interface SyncNews extends Pick<SyncPorts, 'takeNews' | 'tellNews'> {
  readonly refresh: (matches: (sync: GitSync) => boolean) => void;
  readonly forget: (sync: string) => void;
}

export function createSyncNews({ store, queue, readings, clock }: SyncNewsOptions): SyncNews {
  /** When each was told of, on the monotonic clock. */
  const told = new Map<string, number>();
  const refresh = (matches: (sync: GitSync) => boolean): void => {
    const now = clock.monotonicMs();
    for (const sync of store.values()) {
      if (!matches(sync)) continue;
      told.set(keyOf(sync), now);
      queue.add(keyOf(sync));
    }
  };
  const hasSeen = (sync: string, revision: string): boolean => {
    const reading = readings.of(sync);
    return reading?.revision === revision || reading?.unreadable === revision;
  };
  return {
    refresh,
    takeNews: (key) => {
      const at = told.get(key);
      told.delete(key);
      return at === undefined ? undefined : clock.monotonicMs() - at;
    },
    tellNews: (from, revision) => {
      const source = sourceKey(from);
      refresh((sync) => {
        const key = keyOf(sync);
        return key !== keyOf(from) && sourceKey(sync) === source && !hasSeen(key, revision);
      });
    },
    forget: (key) => {
      told.delete(key);
    },
  };
}
