import type { Clock } from '../../telemetry/clock.ts';

/** Does work for each key as often as it is asked for, but never twice at a time, and with a pause in between. */
export interface Pace<T> {
  /**
   * Begins at once where nothing has begun for the length of a pause. All who ask before the next beginning share it,
   * with what the last of them gave. Settles when work that began after the call has ended, or at the close.
   */
  ask(key: string, given: T): Promise<void>;
  close(): void;
}

export interface PaceOptions<T> {
  /** Must not reject. */
  readonly work: (given: T) => Promise<void>;
  /** From one beginning to the next; asked after each end. */
  readonly pauseMs: (given: T) => number;
  readonly clock: Clock;
}

interface Next<T> {
  given: T;
  readonly done: PromiseWithResolvers<undefined>;
}

interface Turn<T> {
  next?: Next<T>;
  timer?: NodeJS.Timeout;
}

export function createPace<T>({ work, pauseMs, clock }: PaceOptions<T>): Pace<T> {
  /** Of keys whose work is under way, or was so lately that they have to wait. */
  const turns = new Map<string, Turn<T>>();
  let closed = false;

  async function begin(key: string, given: T): Promise<void> {
    const turn: Turn<T> = {};
    turns.set(key, turn);
    const begunAt = clock.monotonicMs();
    await work(given);
    if (closed) return;
    const leftMs = begunAt + pauseMs(given) - clock.monotonicMs();
    turn.timer = setTimeout(() => void follow(key, turn), Math.max(0, leftMs));
  }

  async function follow(key: string, { next }: Turn<T>): Promise<void> {
    turns.delete(key);
    if (next === undefined) return;
    await begin(key, next.given);
    next.done.resolve(undefined);
  }

  return {
    ask: (key, given) => {
      if (closed) return Promise.resolve();
      const turn = turns.get(key);
      if (turn === undefined) return begin(key, given);
      turn.next ??= { given, done: Promise.withResolvers<undefined>() };
      turn.next.given = given;
      return turn.next.done.promise;
    },
    close: () => {
      closed = true;
      for (const { timer, next } of turns.values()) {
        clearTimeout(timer);
        next?.done.resolve(undefined);
      }
      turns.clear();
    },
  };
}
