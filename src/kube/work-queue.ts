import type { Clock } from '../telemetry/clock.ts';
import { abortReason } from './http/abort.ts';
import { DelayedKeys } from './queue/delayed-keys.ts';
import { createFifo } from './queue/fifo.ts';
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
  /** The next key. The taker owns it until done(). Rejects on abort and when the queue is closed. */
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
  readonly signal: AbortSignal;
  readonly give: (key: string) => void;
  readonly refuse: (error: Error) => void;
}

export function createWorkQueue(clock: Clock): WorkQueue {
  const ready = new ReadyKeys();
  const working = new Set<string>();
  /** Added while a worker held them. */
  const dirty = new Map<string, Priority>();
  const takers = createFifo<Taker>();
  let closed = false;

  const takeReady = (): string | undefined => {
    const key = ready.take();
    if (key !== undefined) working.add(key);
    return key;
  };

  const add = (key: string, priority: Priority): void => {
    if (closed) return;
    if (working.has(key)) {
      if (dirty.get(key) !== 'high') dirty.set(key, priority);
      return;
    }
    ready.put(key, priority, clock.monotonicMs());
    // Keys wait only while no worker does, so there is one key at most to hand over here.
    let taker = takers.shift();
    while (taker?.signal.aborted === true) taker = takers.shift();
    if (taker === undefined) return;
    const next = takeReady();
    if (next !== undefined) taker.give(next);
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
          const key = takeReady();
          if (key !== undefined) resolve(key);
          else takers.push(waiting(signal, resolve, reject));
        }
      }),

    done: (key) => {
      const priority = dirty.get(key);
      dirty.delete(key);
      if (working.delete(key) && priority !== undefined) add(key, priority);
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
      for (let taker = takers.shift(); taker !== undefined; taker = takers.shift())
        taker.refuse(closedError());
    },
  };
}

function waiting(signal: AbortSignal, resolve: (key: string) => void, reject: (error: Error) => void): Taker {
  const giveUp = (): void => {
    reject(abortReason(signal));
  };
  signal.addEventListener('abort', giveUp, { once: true });
  return {
    signal,
    give: (key) => {
      signal.removeEventListener('abort', giveUp);
      resolve(key);
    },
    refuse: (error) => {
      signal.removeEventListener('abort', giveUp);
      reject(error);
    },
  };
}

function closedError(): Error {
  return new Error('the work queue is closed');
}
