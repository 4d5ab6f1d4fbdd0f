import { parseKey } from '../../api/metadata.ts';
import { FairLine, type Turn } from '../../process/fair-line.ts';

export type Priority = 'high' | 'low';

interface Waiting {
  readonly turn: Turn;
  readonly since: number;
}

/** Keys that wait for a worker, each once, the urgent ones first, among them by turns of their namespaces. */
export class ReadyKeys {
  readonly #waiting = new Map<string, Waiting>();
  readonly #line = new FairLine<string>();

  get size(): number {
    return this.#waiting.size;
  }

  /** Since when the key that has waited longest is waiting. */
  get oldest(): number | undefined {
    let oldest: number | undefined;
    for (const { since } of this.#waiting.values()) {
      if (oldest === undefined || since < oldest) oldest = since;
    }
    return oldest;
  }

  put(key: string, priority: Priority, now: number): void {
    const known = this.#waiting.get(key);
    const urgent = priority === 'high';
    if (known !== undefined) {
      if (known.turn.urgent || !urgent) return;
      this.#line.delete(known.turn, key);
    }
    const turn = { party: parseKey(key).namespace, urgent };
    this.#waiting.set(key, { turn, since: known?.since ?? now });
    this.#line.put(turn, key);
  }

  /** The next of those that may go now. */
  take(mayGo: (turn: Turn) => boolean): Taken | undefined {
    const key = this.#line.shift((first) => {
      const waiting = this.#waiting.get(first);
      return waiting !== undefined && mayGo(waiting.turn);
    });
    const waiting = key === undefined ? undefined : this.#waiting.get(key);
    if (key === undefined || waiting === undefined) return undefined;
    this.#waiting.delete(key);
    return { key, turn: waiting.turn };
  }
}

export interface Taken {
  readonly key: string;
  readonly turn: Turn;
}
