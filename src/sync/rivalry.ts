import type { Clock } from '../telemetry/clock.ts';

/** Knows which objects are changed again as often as they are put back: somebody else wants them to be otherwise. */
export interface Rivalry {
  /** Without what was put back too often of late. */
  allowed(sync: string, keys: Iterable<string>): ReadonlySet<string>;
  /** They were put back now. */
  count(sync: string, keys: Iterable<string>): void;
  forget(sync: string): void;
}

const WITHIN_MS = 60_000;
const MOST = 5;

export function createRivalry(clock: Clock): Rivalry {
  const times = new Map<string, ReadonlyMap<string, readonly number[]>>();

  /** Of those that nobody has changed for a while nothing is remembered. */
  const recentOf = (sync: string): Map<string, readonly number[]> => {
    const since = clock.monotonicMs() - WITHIN_MS;
    const known = [...(times.get(sync) ?? [])].map(
      ([key, at]) => [key, at.filter((one) => one > since)] as const,
    );
    return new Map(known.filter(([, at]) => at.length > 0));
  };

  return {
    allowed: (sync, keys) => {
      const recent = recentOf(sync);
      return new Set([...keys].filter((key) => (recent.get(key)?.length ?? 0) < MOST));
    },
    count: (sync, keys) => {
      const recent = recentOf(sync);
      for (const key of keys) recent.set(key, [...(recent.get(key) ?? []), clock.monotonicMs()]);
      if (recent.size === 0) times.delete(sync);
      else times.set(sync, recent);
    },
    forget: (sync) => {
      times.delete(sync);
    },
  };
}
