/** Who waits, and how much it matters. */
export interface Turn {
  /** Those of one party wait for each other, and not for all of another party that came before. */
  readonly party: string;
  readonly urgent: boolean;
}

/** Who may go now. It is asked about the first of each party only, and the next party has its turn when it may not. */
export type MayGo<T> = (item: T) => boolean;

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
  next(mayGo: MayGo<T> = anybody): T | undefined {
    return this.#find(mayGo)?.item;
  }

  shift(mayGo: MayGo<T> = anybody): T | undefined {
    const found = this.#find(mayGo);
    if (found === undefined) return undefined;
    this.#urgentInARow = found.parties === this.#urgent ? this.#urgentInARow + 1 : 0;
    found.parties.take(found.party, found.item);
    return found.item;
  }

  /** Of one who gives up. */
  delete({ party, urgent }: Turn, item: T): void {
    (urgent ? this.#urgent : this.#others).delete(party, item);
  }

  #find(mayGo: MayGo<T>) {
    const lines = [this.#urgent, this.#others];
    if (this.#urgentInARow >= URGENT_IN_A_ROW) lines.reverse();
    for (const parties of lines) {
      const found = parties.find(mayGo);
      if (found !== undefined) return { parties, ...found };
    }
    return undefined;
  }
}

function anybody(): boolean {
  return true;
}

class Parties<T> {
  /** The party whose turn it is comes first. */
  readonly #waiting = new Map<string, Row<T>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  put(party: string, item: T): void {
    const own = this.#waiting.get(party) ?? new Row<T>();
    own.put(item);
    this.#waiting.set(party, own);
    this.#size += 1;
  }

  find(mayGo: MayGo<T>): { readonly party: string; readonly item: T } | undefined {
    for (const [party, { first }] of this.#waiting) {
      if (first !== undefined && mayGo(first)) return { party, item: first };
    }
    return undefined;
  }

  /** Its party is the last to have a turn again. */
  take(party: string, item: T): void {
    this.delete(party, item);
    const own = this.#waiting.get(party);
    if (own === undefined) return;
    this.#waiting.delete(party);
    this.#waiting.set(party, own);
  }

  delete(party: string, item: T): void {
    const own = this.#waiting.get(party);
    if (own?.delete(item) !== true) return;
    this.#size -= 1;
    if (own.size === 0) this.#waiting.delete(party);
  }
}

/** In the order of their coming. A new iterator would skip the holes of all that have left before, each time. */
class Row<T> {
  readonly #items = new Set<T>();
  readonly #rest = this.#items.values();
  #first: T | undefined;

  get size(): number {
    return this.#items.size;
  }

  get first(): T | undefined {
    // At its end the iterator would be over for good, whatever comes later.
    if (this.#first === undefined && this.size > 0) this.#first = this.#rest.next().value;
    return this.#first;
  }

  put(item: T): void {
    this.#items.add(item);
  }

  delete(item: T): boolean {
    if (item === this.#first) this.#first = undefined;
    return this.#items.delete(item);
  }
}
