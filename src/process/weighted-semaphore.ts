/** A semaphore for work of different weights, first come, first served: who needs much is not overtaken for ever. */
export interface WeightedSemaphore {
  readonly waiting: number;
  /** Gives back how to leave; to leave twice does nothing. Aborting gives the waiting up. */
  enter(weight: number, signal: AbortSignal): Promise<() => void>;
}

/** Heavier work than all of the `capacity` counts as that much. */
export function createWeightedSemaphore(capacity: number): WeightedSemaphore {
  const queue = new Set<() => boolean>(); // keeps the order of insertion, and an aborted one leaves in O(1)
  let free = capacity;

  function admitWaiting(): void {
    for (const admit of queue) {
      if (!admit()) return;
      queue.delete(admit);
    }
  }

  function left(weight: number): () => void {
    let over = false;
    return () => {
      if (over) return;
      over = true;
      free += weight;
      admitWaiting();
    };
  }

  return {
    get waiting() {
      return queue.size;
    },
    enter: (wanted, signal) => {
      const weight = Math.min(wanted, capacity);
      return new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const giveUp = (): void => {
          queue.delete(admit);
          reject(signal.reason as Error);
          admitWaiting();
        };
        const admit = (): boolean => {
          if (free < weight) return false;
          free -= weight;
          signal.removeEventListener('abort', giveUp);
          resolve(left(weight));
          return true;
        };
        if (queue.size === 0 && admit()) return;
        queue.add(admit);
        signal.addEventListener('abort', giveUp, { once: true });
      });
    },
  };
}
