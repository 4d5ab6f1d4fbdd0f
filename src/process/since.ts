import type { Clock } from '../telemetry/clock.ts';

/** For how long something has been as it is. */
export interface Since {
  /** Milliseconds since the first of the calls in a row that gave the same mark for a key. */
  ms(key: string, mark?: unknown): number;
  keys(): Iterable<string>;
  forget(key: string): void;
}

export function createSince(clock: Pick<Clock, 'monotonicMs'>): Since {
  const known = new Map<string, { readonly mark: unknown; readonly at: number }>();
  return {
    ms: (key, mark) => {
      const now = clock.monotonicMs();
      const last = known.get(key);
      const at = last !== undefined && last.mark === mark ? last.at : now;
      known.set(key, { mark, at });
      return now - at;
    },
    keys: () => known.keys(),
    forget: (key) => {
      known.delete(key);
    },
  };
}
