import { createFifo, type Fifo } from './fifo.ts';

export type Priority = 'high' | 'low';

/** Even a stream of urgent keys that never ends lets one of the others through after so many. */
const HIGH_IN_A_ROW = 10;

/** Keys that wait for a worker, each once, the urgent ones first and otherwise in the order of their coming. */
export class ReadyKeys {
  readonly #waiting = new Map<string, { priority: Priority; readonly since: number }>();
  /** A key that became urgent is in both; its entry among the others is skipped when its turn comes. */
  readonly #lines: Readonly<Record<Priority, Fifo<string>>> = { high: createFifo(), low: createFifo() };
  #highInARow = 0;

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
    if (known === undefined) this.#waiting.set(key, { priority, since: now });
    else if (known.priority === 'low' && priority === 'high') known.priority = 'high';
    else return;
    this.#lines[priority].push(key);
  }

  take(): string | undefined {
    const first: Priority = this.#highInARow < HIGH_IN_A_ROW ? 'high' : 'low';
    return this.#takeFrom(first) ?? this.#takeFrom(first === 'high' ? 'low' : 'high');
  }

  #takeFrom(priority: Priority): string | undefined {
    const line = this.#lines[priority];
    for (let key = line.shift(); key !== undefined; key = line.shift()) {
      if (this.#waiting.get(key)?.priority !== priority) continue;
      this.#waiting.delete(key);
      this.#highInARow = priority === 'high' ? this.#highInARow + 1 : 0;
      return key;
    }
    return undefined;
  }
}
