/** Who waits, and how much it matters. */
export interface Turn {
  /** Those of one party wait for each other, and not for all of another party that came before. */
  readonly party: string;
  readonly urgent: boolean;
}

/** Even a stream of urgent ones that never ends lets one of the others through after so many. */
const URGENT_IN_A_ROW = 10;

/** Those who wait: the urgent first, among them each party in its turn, and within a party in the order of their coming. */
export class FairLine<T> {
  readonly #urgent = new Parties<T>();
  readonly #others = new Parties<T>();
  #urgentInARow = 0;

  get size(): number {
    return this.#urgent.size + this.#others.size;
  }

  put({ party, urgent }: Turn, item: T): void {
    (urgent ? this.#urgent : this.#others).put(party, item);
  }

  /** The one whose turn it is. It stays until it is taken out. */
  get next(): T | undefined {
    return this.#line.next;
  }

  shift(): T | undefined {
    const line = this.#line;
    this.#urgentInARow = line === this.#urgent ? this.#urgentInARow + 1 : 0;
    return line.shift();
  }

  /** Of one who gives up. */
  delete({ party, urgent }: Turn, item: T): void {
    (urgent ? this.#urgent : this.#others).delete(party, item);
  }

  get #line(): Parties<T> {
    if (this.#urgent.size === 0) return this.#others;
    return this.#urgentInARow >= URGENT_IN_A_ROW && this.#others.size > 0 ? this.#others : this.#urgent;
  }
}

class Parties<T> {
  /** The party whose turn it is comes first. */
  readonly #waiting = new Map<string, Set<T>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  put(party: string, item: T): void {
    const own = this.#waiting.get(party) ?? new Set();
    this.#waiting.set(party, own.add(item));
    this.#size += 1;
  }

  get next(): T | undefined {
    const [own] = this.#waiting.values();
    return own?.values().next().value;
  }

  shift(): T | undefined {
    for (const [party, own] of this.#waiting) {
      const [item] = own;
      if (item === undefined) continue;
      this.delete(party, item);
      if (own.size > 0) {
        this.#waiting.delete(party);
        this.#waiting.set(party, own);
      }
      return item;
    }
    return undefined;
  }

  delete(party: string, item: T): void {
    const own = this.#waiting.get(party);
    if (own?.delete(item) !== true) return;
    this.#size -= 1;
    if (own.size === 0) this.#waiting.delete(party);
  }
}
