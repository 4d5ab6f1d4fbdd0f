import type { HistoryEntry } from '../../api/helm-release.ts';
import { HISTORY_LIMIT } from '../../api/schema/status.ts';
import { isGood, type History } from '../observe/history.ts';

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
