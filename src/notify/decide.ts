import type { Outcome } from './outcome.ts';
import { ADOPTED, isFailing, type Seen } from './seen.ts';

export interface Decision {
  /** What is to be told now, the oldest first. */
  readonly news: readonly Outcome[];
  /** The keys of what needs not be told again: those of the past that status still shows, and nothing older. */
  readonly told: readonly string[];
}

/** What is older has been missed, and helps nobody any more. */
const MAX_AGE_MS = 24 * 60 * 60_000;

/** So many failures that take turns are each told once; the ledger has to have room for them. */
const MAX_FAILED = 8;

/** What is news of a HelmRelease, by what was told of it. Without any knowledge of it, everything is. */
export function decide(
  told: readonly string[],
  { finished, failing, mended }: Seen,
  nowMs: number,
): Decision {
  const news: Outcome[] = finished.filter(({ key }) => !told.includes(key));
  const failed = told.filter(isFailing);
  const isReleased = news.some(({ result }) => result === 'Released');
  // A failure is over when the release is ready again; while it is tried anew nobody knows.
  const stands = mended === undefined && !isReleased ? failed : [];
  const now = failing === undefined || stands.includes(failing.key) ? [] : [failing.key];
  if (failing !== undefined && !failed.includes(failing.key)) news.push(failing);
  const isMended = failed.length > 0 && failing === undefined && !isReleased;
  if (isMended && mended !== undefined) news.push(mended);
  return {
    news: news.filter(({ cause, time }) => cause !== ADOPTED && !(nowMs - Date.parse(time) > MAX_AGE_MS)),
    told: [...finished.map(({ key }) => key), ...[...stands, ...now].slice(-MAX_FAILED)],
  };
}

/** The keys of a HelmRelease as it is, none of which is told: the past is not sent. */
export function pastOf({ finished, failing }: Seen): readonly string[] {
  return [...finished.map(({ key }) => key), ...(failing === undefined ? [] : [failing.key])];
}
