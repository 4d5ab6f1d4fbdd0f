import type { HelmReleaseStatus, HistoryEntry } from '../../api/helm-release.ts';
import { HISTORY_LIMIT } from '../../api/schema/status.ts';

type History = readonly HistoryEntry[];

/** Results that prove that a revision became ready and passed what was asked of it. */
const GOOD: ReadonlySet<HistoryEntry['result']> = new Set(['Released', 'RolledBack']);

export function historyOf(status: HelmReleaseStatus | undefined): History {
  return status?.history ?? [];
}

export function entryOf(history: History, revision: number): HistoryEntry | undefined {
  return history.find((entry) => entry.revision === revision);
}

export function isGood(entry: HistoryEntry | undefined): boolean {
  return entry !== undefined && GOOD.has(entry.result);
}

/**
 * The revision to go back to: the newest that worked and that Helm still stores. Without any record of ours
 * (an adopted release, a restored cluster) Helm's own word for what was once deployed has to do.
 */
export function restorableRevision(
  history: History,
  stored: readonly { readonly number: number; readonly status: string }[],
  below: number,
): number | undefined {
  const older = stored.filter(({ number }) => number < below);
  const good = older.filter(({ number }) => isGood(entryOf(history, number)));
  const candidates =
    good.length > 0
      ? good
      : older.filter(
          ({ number, status }) =>
            entryOf(history, number) === undefined && (status === 'deployed' || status === 'superseded'),
        );
  return candidates.length === 0 ? undefined : Math.max(...candidates.map(({ number }) => number));
}

/** Adds an entry, or replaces the one of the same revision; newest first, bounded, the last good one is never lost. */
export function withEntry(history: History, entry: HistoryEntry): History {
  const others = history.filter(({ revision }) => revision !== entry.revision);
  const all = [entry, ...others].toSorted((a, b) => b.revision - a.revision);
  if (all.length <= HISTORY_LIMIT) return all;
  const kept = all.slice(0, HISTORY_LIMIT);
  if (kept.some(isGood)) return kept;
  const lastGood = all.find(isGood);
  return lastGood === undefined ? kept : [...kept.slice(0, -1), lastGood];
}

export function withResult(
  history: History,
  revision: number,
  change: Pick<HistoryEntry, 'result'> & Partial<Pick<HistoryEntry, 'finished' | 'message'>>,
): History {
  return history.map((entry) => (entry.revision === revision ? { ...entry, ...change } : entry));
}
