import { createSince } from '../process/since.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Reading } from './decide/moves.ts';

/** What each GitSync has read of Git last: what leaves the folder of one may have come to that of another. */
export interface Readings {
  of(sync: string): Reading | undefined;
  put(sync: string, reading: Reading): void;
  /** What it held before this process: the first to tell, if nothing is known yet. */
  seed(sync: string, reading: Reading): void;
  /** Nobody can tell what a revision holds. */
  unreadable(sync: string, revision: string, generation: number): void;
  /** It would take an object that another GitSync holds, and its account may. Good until it reads another revision. */
  ask(sync: string, id: string): void;
  asksOf(sync: string): ReadonlySet<string>;
  /** GitSyncs whose folder holds an object. */
  holdersOf(id: string): readonly string[];
  /**
   * How long another one may be waited for because of a revision, in milliseconds: less each time, and nothing in the end. Whoever
   * waits is woken as soon as there is news of another one.
   */
  patienceMs(sync: string, revision: string): number;
  /** For so many milliseconds from now nobody can say who else is concerned. */
  doubt(sync: string, ms: number): void;
  /** How long that lasts yet, however often it is looked at meanwhile. */
  doubtMs(sync: string): number;
  /** It waits no more. */
  ended(sync: string): void;
  forget(sync: string): void;
}

export const PATIENCE_MS = 30_000;
const NONE: ReadonlySet<string> = new Set();

export function createReadings(clock: Pick<Clock, 'monotonicMs'>, wake: (sync: string) => void): Readings {
  const readings = new Map<string, Reading>();
  const asks = new Map<string, Set<string>>();
  const doubts = new Map<string, number>();
  const waiting = createSince(clock);
  /** Only of news: two that wait would wake each other for ever. */
  const tell = (sync: string): void => {
    for (const other of waiting.keys()) if (other !== sync) wake(other);
  };
  const put = (sync: string, reading: Reading): void => {
    const known = readings.get(sync);
    if (known !== undefined && isSame(known, reading)) return;
    readings.set(sync, reading);
    if (known?.revision !== reading.revision || known.generation !== reading.generation) asks.delete(sync);
    tell(sync);
  };
  return {
    of: (sync) => readings.get(sync),
    put,
    seed: (sync, reading) => {
      if (!readings.has(sync)) put(sync, reading);
    },
    unreadable: (sync, revision, generation) => {
      const { revision: last = '', ids = NONE, leaving = NONE } = readings.get(sync) ?? {};
      put(sync, { revision: last, ids, leaving, generation, unreadable: revision });
    },
    ask: (sync, id) => {
      const known = asks.get(sync) ?? new Set();
      if (known.has(id)) return;
      asks.set(sync, known.add(id));
      tell(sync);
    },
    asksOf: (sync) => asks.get(sync) ?? NONE,
    holdersOf: (id) => [...readings].flatMap(([sync, { ids }]) => (ids.has(id) ? [sync] : [])),
    doubt: (sync, ms) => {
      doubts.set(sync, clock.monotonicMs() + ms);
    },
    doubtMs: (sync) => Math.max(0, (doubts.get(sync) ?? 0) - clock.monotonicMs()),
    ended: (sync) => {
      waiting.forget(sync);
    },
    patienceMs: (sync, revision) => Math.max(0, PATIENCE_MS - waiting.ms(sync, revision)),
    forget: (sync) => {
      readings.delete(sync);
      asks.delete(sync);
      waiting.forget(sync);
      doubts.delete(sync);
      tell(sync);
    },
  };
}

function isSame(one: Reading, other: Reading): boolean {
  const parts = ['revision', 'generation', 'unreadable'] as const;
  return (
    parts.every((part) => one[part] === other[part]) &&
    isEqual(one.ids, other.ids) &&
    isEqual(one.leaving, other.leaving)
  );
}

function isEqual(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && one.isSubsetOf(other);
}
