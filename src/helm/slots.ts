import { createSemaphore, type Semaphore } from '../process/semaphore.ts';

/**
 * `slow` is for runs that themselves wait for hooks, tests or objects, `package` for those that know no cluster and must
 * not be held up by the others.
 */
export type Pool = 'fast' | 'slow' | 'package';

/** How many helm processes may run at a time. */
export interface Slots {
  /**
   * Does `work` in a slot. What it acts on is to be looked at inside: minutes may have passed. Waiting ends with the
   * reason of `signal`, or of the stopping operator.
   */
  hold<T>(pool: Pool, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  readonly pools: Readonly<Record<Pool, Pick<Semaphore, 'inUse' | 'waiting'>>>;
}

export function createSlots(sizes: Readonly<Record<Pool, number>>, stopping: AbortSignal): Slots {
  const pools = {
    fast: createSemaphore(sizes.fast),
    slow: createSemaphore(sizes.slow),
    package: createSemaphore(sizes.package),
  };
  return {
    hold: (pool, signal, work) => pools[pool].run(AbortSignal.any([signal, stopping]), work),
    pools,
  };
}
