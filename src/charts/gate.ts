import { createSemaphore, type Semaphore } from '../process/semaphore.ts';

/** Bounds how much is asked of one host, and of all hosts together. */
export interface Gate {
  run<T>(host: string, signal: AbortSignal, fn: () => Promise<T>): Promise<T>;
}

/** Whoever waits for a slow host holds no place that work for another host could use. */
export function createGate({ perHost, total }: { perHost: number; total: number }): Gate {
  const all = createSemaphore(total);
  const hosts = new Map<string, Semaphore>();

  return {
    run: async (host, signal, fn) => {
      const own = hosts.get(host) ?? createSemaphore(perHost);
      hosts.set(host, own);
      try {
        return await own.run(signal, () => all.run(signal, fn));
      } finally {
        if (own.inUse === 0 && own.waiting === 0) hosts.delete(host);
      }
    },
  };
}
