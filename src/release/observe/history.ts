import type { HelmReleaseStatus, HistoryEntry } from '../../api/helm-release.ts';

export type History = readonly HistoryEntry[];

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
