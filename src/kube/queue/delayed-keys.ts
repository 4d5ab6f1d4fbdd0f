import type { Priority } from './ready-keys.ts';

/** Node fires a longer timer at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

interface Delayed {
  readonly at: number;
  readonly timer: NodeJS.Timeout;
  readonly priority: Priority;
}

/** Keys that come back later. Each is here once: the earliest time that anybody asked for wins. */
export class DelayedKeys {
  readonly #delayed = new Map<string, Delayed>();
  readonly #onDue: (key: string, priority: Priority) => void;

  constructor(onDue: (key: string, priority: Priority) => void) {
    this.#onDue = onDue;
  }

  get size(): number {
    return this.#delayed.size;
  }

  put(key: string, ms: number, priority: Priority, now: number): void {
    const known = this.#delayed.get(key);
    if (known !== undefined && known.at <= now + ms) return;
    clearTimeout(known?.timer);
    const timer = setTimeout(
      () => {
        this.#delayed.delete(key);
        this.#onDue(key, priority);
      },
      Math.min(ms, MAX_TIMER_MS),
    );
    this.#delayed.set(key, { at: now + ms, timer, priority });
  }

  clear(): void {
    for (const { timer } of this.#delayed.values()) clearTimeout(timer);
    this.#delayed.clear();
  }
}
