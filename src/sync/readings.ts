import type { Clock } from '../telemetry/clock.ts';
import type { Reading } from './decide/moves.ts';

/** What each GitSync has read of Git last: what leaves the folder of one may have come to that of another. */
export interface Readings {
  of(sync: string): Reading | undefined;
  put(sync: string, reading: Reading): void;
  /** What it held before this process: the first to tell, if nothing is known yet. */
  seed(sync: string, reading: Reading): void;
  /** Nobody can tell what a revision holds. */
  unreadable(sync: string, revision: string): void;
  /** What has left its folder is dealt with: by id, who holds it now. `made`: what the one before had made itself. */
  handed(sync: string, to: ReadonlyMap<string, string>, made: (id: string) => boolean): void;
  /** Of what comes to a folder, what another GitSync had made and has handed over. */
  inherited(sync: string, coming: ReadonlySet<string>): ReadonlySet<string>;
  /**
   * How long another one may be waited for, in milliseconds: less each time, and nothing in the end. Whoever waits is woken as
   * soon as there is news of another one.
   */
  patienceMs(sync: string, revision: string): number;
  /** It waits no more. */
  ended(sync: string): void;
  forget(sync: string): void;
}

const NOTHING: Reading = { revision: '', ids: new Set(), leaving: new Set() };

/** A GitSync whose repository answers has looked at a commit by then; one whose own key is refused never will. */
const PATIENCE_MS = 30_000;

export function createReadings(clock: Pick<Clock, 'monotonicMs'>, wake: (sync: string) => void): Readings {
  const readings = new Map<string, Reading>();
  const waiting = new Map<string, { readonly revision: string; readonly sinceMs: number }>();
  const inheritances = new Map<string, ReadonlySet<string>>();
  const put = (sync: string, reading: Reading): void => {
    readings.set(sync, reading);
    tell(sync);
  };
  const tell = (sync: string): void => {
    for (const other of waiting.keys()) if (other !== sync) wake(other);
  };
  return {
    of: (sync) => readings.get(sync),
    put,
    seed: (sync, reading) => {
      if (!readings.has(sync)) put(sync, reading);
    },
    unreadable: (sync, revision) => {
      put(sync, { ...(readings.get(sync) ?? NOTHING), unreadable: revision });
    },
    handed: (sync, to, made) => {
      for (const [id, heir] of to) {
        if (made(id)) inheritances.set(heir, new Set(inheritances.get(heir)).add(id));
      }
      const known = readings.get(sync);
      if (known !== undefined && known.leaving.size > 0) put(sync, { ...known, leaving: new Set() });
    },
    inherited: (sync, coming) => {
      // What does not come any more has come, or has left again.
      const still = (inheritances.get(sync) ?? new Set<string>()).intersection(coming);
      if (still.size === 0) inheritances.delete(sync);
      else inheritances.set(sync, still);
      return still;
    },
    ended: (sync) => {
      waiting.delete(sync);
    },
    patienceMs: (sync, revision) => {
      const known = waiting.get(sync);
      const since = known?.revision === revision ? known.sinceMs : clock.monotonicMs();
      waiting.set(sync, { revision, sinceMs: since });
      return Math.max(0, since + PATIENCE_MS - clock.monotonicMs());
    },
    forget: (sync) => {
      readings.delete(sync);
      inheritances.delete(sync);
      waiting.delete(sync);
      tell(sync);
    },
  };
}
