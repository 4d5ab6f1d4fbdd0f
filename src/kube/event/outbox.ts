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
}

const MAX_WAITING = 1_000;

/** Events that wait to be written, each once. */
export class Outbox {
  readonly #waiting = new Map<string, Outgoing>();

  /** False if there is no room. `times`: how often it happened since it was last put here. */
  put(happening: Happening, now: Date, times: number): boolean {
    const identity = identityOf(happening);
    const waiting = this.#waiting.get(identity);
    if (waiting !== undefined) {
      waiting.times += times;
      waiting.lastAt = now;
      return true;
    }
    if (this.#waiting.size >= MAX_WAITING) return false;
    // A waiting event must not keep a whole object in memory.
    const slim = { ...happening, regarding: referenceTo(happening.regarding) };
    this.#waiting.set(identity, { identity, happening: slim, firstAt: now, lastAt: now, times });
    return true;
  }

  take(): Outgoing | undefined {
    for (const [identity, outgoing] of this.#waiting) {
      this.#waiting.delete(identity);
      return outgoing;
    }
    return undefined;
  }

  clear(): void {
    this.#waiting.clear();
  }
}
