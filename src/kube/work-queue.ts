import type { Turn } from '../process/fair-line.ts';
import type { Clock } from '../telemetry/clock.ts';
import { abortReason } from './http/abort.ts';
import { DelayedKeys } from './queue/delayed-keys.ts';
import { ReadyKeys, type Priority } from './queue/ready-keys.ts';

export type { Priority } from './queue/ready-keys.ts';

/**
 * Which keys need a look, with the rules of client-go: a key waits once however often it is added, no two workers ever
 * hold the same key, and a key that is added while a worker holds it comes back after done().
 */
export interface WorkQueue {
  /** 'high' by default; first lists and regular checks are 'low', so that an edit does not wait behind them. */
  add(key: string, priority?: Priority): void;
  /** Of several calls for one key the earliest time wins. */
  addAfter(key: string, ms: number, priority?: Priority): void;
  /**
   * The next key, by turns of the namespaces. The taker owns it until done(). Rejects on abort and when the queue is
   * closed. However long the workers of some namespaces take, whoever has none at work gets the first that is free.
   */
  take(signal: AbortSignal): Promise<string>;
  done(key: string): void;
  /** Keys that wait for a worker. */
  readonly length: number;
  readonly working: number;
  readonly delayed: number;
  /** For how long the key that has waited longest is waiting. */
  oldestWaitMs(): number;
  /** Ends all timers and all take() calls; what is added later is dropped. */
  close(): void;
}

interface Taker {
  readonly give: (key: string) => void;
  readonly refuse: (error: Error) => void;
}

export function createWorkQueue(clock: Clock): WorkQueue {
  const ready = new ReadyKeys();
  const working = new Map<string, Turn>();
  /** By turn. */
  const atWork = new Map<string, number>();
  /** Added while a worker held them. */
  const dirty = new Map<string, Priority>();
  const takers = new Set<Taker>();
  let closed = false;

  const count = (turn: Turn, more: number): void => {
    const now = (atWork.get(nameOf(turn)) ?? 0) + more;
    if (now === 0) atWork.delete(nameOf(turn));
    else atWork.set(nameOf(turn), now);
  };

  /**
   * A namespace gets as many workers as it leaves idle, but always one: passes that wait for long, however many keys they
   * come from, leave some to the others. Urgent keys and the others count apart.
   */
  const mayGo = (turn: Turn): boolean => {
    const own = atWork.get(nameOf(turn)) ?? 0;
    return own === 0 || own < takers.size;
  };

  const handOver = (): void => {
    for (const taker of takers) {
      const taken = ready.take(mayGo);
      if (taken === undefined) return;
      takers.delete(taker);
      working.set(taken.key, taken.turn);
      count(taken.turn, 1);
      taker.give(taken.key);
    }
  };

  const add = (key: string, priority: Priority): void => {
    if (closed) return;
    if (working.has(key)) {
      if (dirty.get(key) !== 'high') dirty.set(key, priority);
      return;
    }
    ready.put(key, priority, clock.monotonicMs());
    handOver();
  };

  const delayed = new DelayedKeys(add);

  return {
    add: (key, priority = 'high') => {
      add(key, priority);
    },
    addAfter: (key, ms, priority = 'high') => {
      if (closed) return;
      if (ms > 0) delayed.put(key, ms, priority, clock.monotonicMs());
      else add(key, priority);
    },

    take: (signal) =>
      new Promise((resolve, reject) => {
        if (closed) reject(closedError());
        else if (signal.aborted) reject(abortReason(signal));
        else {
          const giveUp = (): void => {
            takers.delete(taker);
            reject(abortReason(signal));
          };
          const taker: Taker = {
            give: (key) => {
              signal.removeEventListener('abort', giveUp);
              resolve(key);
            },
            refuse: (error) => {
              signal.removeEventListener('abort', giveUp);
              reject(error);
            },
          };
          signal.addEventListener('abort', giveUp, { once: true });
          takers.add(taker);
          handOver();
        }
      }),

    done: (key) => {
      const turn = working.get(key);
      const priority = dirty.get(key);
      dirty.delete(key);
      if (turn === undefined) return;
      working.delete(key);
      count(turn, -1);
      if (priority === undefined) handOver();
      else add(key, priority);
    },

    get length() {
      return ready.size;
    },
    get working() {
      return working.size;
    },
    get delayed() {
      return delayed.size;
    },
    oldestWaitMs: () => (ready.oldest === undefined ? 0 : clock.monotonicMs() - ready.oldest),

    close: () => {
      closed = true;
      delayed.clear();
      for (const taker of takers) taker.refuse(closedError());
      takers.clear();
    },
  };
}

function nameOf({ party, urgent }: Turn): string {
  return urgent ? `${party}/high` : `${party}/low`;
}

function closedError(): Error {
  return new Error('the work queue is closed');
}
