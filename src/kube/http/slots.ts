import { createFifo } from '../queue/fifo.ts';
import { abortReason } from './abort.ts';

/** Bounds how many requests are under way at once. The others wait in order, and can be aborted while they do. */
export interface Slots {
  run<T>(signal: AbortSignal, fn: () => Promise<T>): Promise<T>;
}

export interface SlotsOptions {
  readonly most: number;
  /** Whether a failure says that the server has more to do than it can. */
  readonly isOverload: (error: unknown) => boolean;
}

interface Waiter {
  /** False once the waiter has given up. */
  grant(): boolean;
}

/**
 * As many at a time as the server takes well: half as many after it was overloaded, one more each time that all of
 * them went well. A server that is quick is asked at its own pace, by no fixed rate.
 */
export function createSlots({ most, isOverload }: SlotsOptions): Slots {
  let limit = most;
  let inUse = 0;
  let wentWell = 0;
  /** How often the limit was lowered: what was sent before the last time says nothing about the new one. */
  let lowered = 0;
  const waiting = createFifo<Waiter>();

  const acquire = async (signal: AbortSignal): Promise<void> => {
    if (signal.aborted) throw abortReason(signal);
    if (inUse < limit) {
      inUse += 1;
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
    inUse -= 1;
    while (inUse < limit) {
      const next = waiting.shift();
      if (next === undefined) return;
      if (next.grant()) inUse += 1;
    }
  };

  const learn = (since: number, overloaded: boolean): void => {
    if (overloaded) {
      if (since !== lowered) return;
      limit = Math.max(1, Math.floor(limit / 2));
      lowered += 1;
      wentWell = 0;
    } else if (limit < most) {
      wentWell += 1;
      if (wentWell < limit) return;
      limit += 1;
      wentWell = 0;
    }
  };

  return {
    run: async (signal, fn) => {
      await acquire(signal);
      const since = lowered;
      try {
        const result = await fn();
        learn(since, false);
        return result;
      } catch (error) {
        if (!signal.aborted) learn(since, isOverload(error));
        throw error;
      } finally {
        release();
      }
    },
  };
}
