import { identityOf, referenceTo, type Happening, type KubeEvent } from './kube-event.ts';

/** An event on its way to the server, with how often it happened since it was last written. */
export interface Outgoing {
  readonly identity: string;
  readonly happening: Happening;
  readonly firstAt: Date;
  lastAt: Date;
  times: number;
  /** As it was first sent to the server: every further try is about the same one. */
  made?: KubeEvent;
  /** As often it could not be written. */
  tries: number;
  /** When it may be tried, on the monotonic clock. */
  dueMs: number;
}

const MAX_WAITING = 1_000;

/** Events that wait to be written, each once. One that failed waits for its time, and the others do not wait for it. */
export class Outbox {
  readonly #waiting = new Map<string, Outgoing>();

  /**
   * False if it, or one that failed before, was lost for lack of room. `times`: how often it happened since it was last
   * put here.
   */
  put(happening: Happening, now: Date, times: number): boolean {
    const identity = identityOf(happening);
    const waiting = this.#waiting.get(identity);
    if (waiting !== undefined) {
      waiting.times += times;
      waiting.lastAt = now;
      return true;
    }
    const isFull = this.#waiting.size >= MAX_WAITING;
    if (isFull && !this.#dropFailed()) return false;
    // A waiting event must not keep a whole object in memory.
    const slim = { ...happening, regarding: referenceTo(happening.regarding) };
    const count = { times, tries: 0, dueMs: 0 };
    this.#waiting.set(identity, { identity, happening: slim, firstAt: now, lastAt: now, ...count });
    return !isFull;
  }

  /** To the end, together with what happened of it meanwhile. */
  putBack(failed: Outgoing, dueMs: number): void {
    const meanwhile = this.#waiting.get(failed.identity);
    if (meanwhile !== undefined) {
      failed.times += meanwhile.times;
      failed.lastAt = meanwhile.lastAt;
      this.#waiting.delete(failed.identity);
    }
    failed.dueMs = dueMs;
    this.#waiting.set(failed.identity, failed);
  }

  /** The first that is due. */
  take(nowMs: number): Outgoing | undefined {
    for (const [identity, outgoing] of this.#waiting) {
      if (outgoing.dueMs > nowMs) continue;
      this.#waiting.delete(identity);
      return outgoing;
    }
    return undefined;
  }

  /** When the next one is due; undefined if none is waiting. */
  nextDueMs(): number | undefined {
    if (this.#waiting.size === 0) return undefined;
    return Math.min(...[...this.#waiting.values()].map(({ dueMs }) => dueMs));
  }

  /** What the server does not take must not keep others from it. False if there is none of that sort. */
  #dropFailed(): boolean {
    for (const [identity, { tries }] of this.#waiting) {
      if (tries > 0) return this.#waiting.delete(identity);
    }
    return false;
  }

  clear(): void {
    this.#waiting.clear();
  }
}
