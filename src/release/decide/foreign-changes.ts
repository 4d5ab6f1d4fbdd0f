import type { HistoryEntry } from '../../api/helm-release.ts';

const WINDOW_MS = 600_000;
const LIMIT = 3;

/**
 * Whether somebody else keeps changing the release behind our back: going back once more would only make two
 * programs fight over it for ever.
 */
export function isContested(history: readonly HistoryEntry[], now: Date): boolean {
  const recent = history.filter(
    ({ cause, time }) => cause === 'ForeignChange' && now.getTime() - Date.parse(time) < WINDOW_MS,
  );
  return recent.length >= LIMIT;
}
