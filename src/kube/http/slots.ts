import { createFifo } from '../queue/fifo.ts';
import { abortReason } from './abort.ts';

/** Bounds how many requests are under way at once. The others wait in order, and can be aborted while they do. */
export interface Slots {
  run<T>(signal: AbortSignal, fn: () => Promise<T>): Promise<T>;
}

interface Waiter {
  /** False once the waiter has given up. */
  grant(): boolean;
}

export function createSlots(size: number): Slots {
  let free = size;
  const waiting = createFifo<Waiter>();

  const acquire = async (signal: AbortSignal): Promise<void> => {
    if (signal.aborted) throw abortReason(signal);
    if (free > 0) {
      free -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const giveUp = (): void => {
        reject(abortReason(signal));
      };
      signal.addEventListener('abort', giveUp, { once: true });
      waiting.push({
        grant: () => {
          if (signal.aborted) return false;
          signal.removeEventListener('abort', giveUp);
          resolve();
          return true;
        },
      });
    });
  };

  const release = (): void => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (next.grant()) return; // the slot goes from hand to hand and is never free in between
    }
    free += 1;
  };

  return {
    run: async (signal, fn) => {
      await acquire(signal);
      try {
        return await fn();
      } finally {
        release();
      }
    },
  };
}
