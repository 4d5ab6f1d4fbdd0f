import { identityOf, referenceTo, type Happening } from './kube-event.ts';

/** An event on its way to the server, with how often it happened since it was last written. */
export interface Outgoing {
  readonly identity: string;
  readonly happening: Happening;
  readonly firstAt: Date;
  lastAt: Date;
  times: number;
}

const MAX_WAITING = 1_000;

/** Events that wait to be written, each once. */
export class Outbox {
  readonly #waiting = new Map<string, Outgoing>();

  /** False if there is no room. */
  put(happening: Happening, now: Date): boolean {
    const identity = identityOf(happening);
    const waiting = this.#waiting.get(identity);
    if (waiting !== undefined) {
      waiting.times += 1;
      waiting.lastAt = now;
      return true;
    }
    if (this.#waiting.size >= MAX_WAITING) return false;
    // A waiting event must not keep a whole object in memory.
    const slim = { ...happening, regarding: referenceTo(happening.regarding) };
    this.#waiting.set(identity, { identity, happening: slim, firstAt: now, lastAt: now, times: 1 });
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
