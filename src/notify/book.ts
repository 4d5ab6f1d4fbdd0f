import type { HelmRelease } from '../api/helm-release.ts';
import { keyOf } from '../api/metadata.ts';
import { decide, pastOf } from './decide.ts';
import type { Ledger, Owed, Told } from './ledger.ts';
import { idOf, type Outcome } from './outcome.ts';
import { isUninstalling, seenOf, uninstalledOutcome } from './seen.ts';

/** What was told and is owed, as the ledger will say. Every change of it is told by `onChange`. */
export interface Book {
  /** What is news of a HelmRelease; from now on it is told. */
  readonly look: (release: HelmRelease, now: Date) => readonly Outcome[];
  /** The HelmRelease is gone. */
  readonly gone: (key: string, now: Date) => readonly Outcome[];
  /** Takes everything that a HelmRelease shows for told. */
  readonly seed: (release: HelmRelease) => void;
  readonly keys: () => readonly string[];
  readonly owe: (notifier: string, outcome: Outcome) => void;
  readonly settle: (notifier: string, outcome: Outcome) => void;
  readonly owed: () => readonly Owed[];
  readonly ledger: () => Ledger;
}

export function createBook({ told: known, owed: due }: Ledger, onChange: () => void): Book {
  const told = new Map<string, Told>(Object.entries(known));
  const owed = new Map(due.map((one) => [owedId(one), one]));

  const write = (key: string, next: Told): void => {
    told.set(key, next);
    onChange();
  };
  const gone = (key: string, now: Date): readonly Outcome[] => {
    const leaving = told.get(key)?.leaving;
    if (told.delete(key)) onChange();
    return leaving === undefined ? [] : [{ ...leaving, time: now.toISOString() }];
  };

  return {
    look: (release, now) => {
      const key = keyOf(release);
      const { uid = '' } = release.metadata;
      const before = told.get(key);
      // Another HelmRelease had the name, and went unseen.
      const ended = before === undefined || before.uid === uid ? [] : gone(key, now);
      const mine = before?.uid === uid ? before : undefined;
      const { news, told: keys } = decide(mine?.keys ?? [], seenOf(release), now.getTime());
      const leaving = isUninstalling(release) ? uninstalledOutcome(release, '') : undefined;
      const isSame =
        mine !== undefined &&
        (mine.leaving === undefined) === (leaving === undefined) &&
        mine.keys.length === keys.length &&
        mine.keys.every((one, index) => one === keys[index]);
      if (!isSame) write(key, { uid, keys, ...(leaving === undefined ? {} : { leaving }) });
      return [...ended, ...news];
    },
    gone,
    seed: (release) => {
      write(keyOf(release), { uid: release.metadata.uid ?? '', keys: pastOf(seenOf(release)) });
    },
    keys: () => [...told.keys()],
    owe: (notifier, outcome) => {
      owed.set(owedId({ notifier, outcome }), { notifier, outcome });
      onChange();
    },
    settle: (notifier, outcome) => {
      if (owed.delete(owedId({ notifier, outcome }))) onChange();
    },
    owed: () => [...owed.values()],
    ledger: () => ({ told: Object.fromEntries(told), owed: [...owed.values()], lost: {} }),
  };
}

function owedId({ notifier, outcome }: Owed): string {
  return `${notifier} ${idOf(outcome)}`;
}
