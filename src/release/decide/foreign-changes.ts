import type { HistoryEntry } from '../../api/helm-release.ts';

const WINDOW_MS = 600_000;
/** So many are answered; the next one within the window is not. */
const ANSWERS = 2;

/**
 * Whether somebody else keeps changing the release behind our back: going back once more would only make two
 * programs fight over it for ever.
 */
export function isContested(history: readonly HistoryEntry[], now: Date): boolean {
  const answered = history.filter(
    ({ cause, time }) => cause === 'ForeignChange' && now.getTime() - Date.parse(time) < WINDOW_MS,
  );
  return answered.length >= ANSWERS;
}
