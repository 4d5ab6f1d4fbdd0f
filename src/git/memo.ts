import { createSingleFlight } from '../process/single-flight.ts';

/** Answers that are good for ever, found once for all who ask; the oldest go when there are too many. */
export interface Memo<T> {
  get(key: string, signal: AbortSignal, find: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

export function createMemo<T>(size: number): Memo<T> {
  const known = new Map<string, T>();
  const flights = createSingleFlight<T>();
  return {
    get: async (key, signal, find) => {
      const answer = known.get(key);
      if (answer !== undefined) return answer;
      return flights.run(key, signal, async (shared) => {
        const found = await find(shared);
        for (const oldest of known.keys()) {
          if (known.size < size) break;
          known.delete(oldest);
        }
        known.set(key, found);
        return found;
      });
    },
  };
}
