export interface Semaphore {
  readonly inUse: number;
  readonly waiting: number;
  /** Waits for a place in the order of the calls. Aborting gives the waiting up; once `fn` runs it is the caller's own. */
  run<T>(signal: AbortSignal, fn: () => Promise<T>): Promise<T>;
}

export function createSemaphore(size: number): Semaphore {
  const queue = new Set<() => void>(); // keeps the order of insertion, and an aborted one leaves in O(1)
  let inUse = 0;

  function enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (inUse < size) {
      inUse += 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const admit = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        queue.delete(admit);
        reject(signal.reason as Error);
      };
      queue.add(admit);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** The place goes straight to the next one, so nobody can overtake it. */
  function leave(): void {
    const next = queue.values().next();
    if (next.done === true) {
      inUse -= 1;
      return;
    }
    queue.delete(next.value);
    next.value();
  }

  return {
    get inUse() {
      return inUse;
    },
    get waiting() {
      return queue.size;
    },
    async run(signal, fn) {
      await enter(signal);
      try {
        return await fn();
      } finally {
        leave();
      }
    },
  };
}
