import { FairLine } from './fair-line.ts';

/** A semaphore for work of different weights, by turns of the parties: who needs much is not overtaken for ever. */
export interface WeightedSemaphore {
  readonly waiting: number;
  /** Gives back how to leave; to leave twice does nothing. Aborting gives the waiting up. */
  enter(load: Load, signal: AbortSignal): Promise<() => void>;
}

export interface Load {
  readonly party: string;
  readonly weight: number;
}

interface Waiter extends Load {
  readonly admit: () => void;
}

/**
 * Heavier work than all of the `capacity` counts as that much. A party that has something inside gets no more than is left
 * for the others then, so that what it does not leave for long keeps nobody else out.
 */
export function createWeightedSemaphore(capacity: number): WeightedSemaphore {
  const line = new FairLine<Waiter>();
  const inside = new Map<string, number>();
  let free = capacity;

  const take = ({ party, weight }: Load, sign: 1 | -1): void => {
    free -= sign * weight;
    const own = (inside.get(party) ?? 0) + sign * weight;
    if (own > 0) inside.set(party, own);
    else inside.delete(party);
  };

  const isModest = ({ party, weight }: Load): boolean => {
    const own = inside.get(party) ?? 0;
    return own === 0 || own + weight <= free - weight;
  };

  const admitWaiting = (): void => {
    for (
      let next = line.next(isModest);
      next !== undefined && next.weight <= free;
      next = line.next(isModest)
    ) {
      line.shift(isModest);
      take(next, 1);
      next.admit();
    }
  };

  const left = (load: Load): (() => void) => {
    let over = false;
    return () => {
      if (over) return;
      over = true;
      take(load, -1);
      admitWaiting();
    };
  };

  return {
    get waiting() {
      return line.size;
    },
    enter: ({ party, weight: wanted }, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const turn = { party, urgent: false };
        const giveUp = (): void => {
          line.delete(turn, waiter);
          reject(signal.reason as Error);
          admitWaiting();
        };
        const waiter: Waiter = {
          party,
          weight: Math.min(wanted, capacity),
          admit: () => {
            signal.removeEventListener('abort', giveUp);
            resolve(left(waiter));
          },
        };
        line.put(turn, waiter);
        signal.addEventListener('abort', giveUp, { once: true });
        admitWaiting();
      }),
  };
}
