import { keyOf } from '../api/metadata.ts';
import type { KubeObject } from './resource-type.ts';

export type Change<T extends KubeObject> =
  /** `initial` is true for what was there when we came. */
  | { readonly kind: 'added'; readonly object: T; readonly initial: boolean }
  | { readonly kind: 'updated'; readonly object: T; readonly previous: T }
  /** Carries the last state that we know of. */
  | { readonly kind: 'deleted'; readonly object: T };

/** The objects of a collection as this process knows them: as fresh as the last event or own write. Read only. */
export interface Store<T extends KubeObject> {
  readonly size: number;
  get(key: string): T | undefined;
  keys(): IterableIterator<string>;
  values(): IterableIterator<T>;
  /** Throws if no index has that name. */
  byIndex(name: string, value: string): readonly T[];
  /**
   * Takes in the answer to an own write, so that the next look finds it without waiting for the watch. 'stale' when
   * the store knows better: a later state of the object, or that it was deleted in the meantime. Handlers hear of it
   * here, and not again when its event comes. Only for objects that the watch covers; the object is the store's from now on.
   */
  upsert(object: T): 'added' | 'updated' | 'stale';
}

/** By name: under which values an object can be found. */
export type Indexes<T> = Readonly<Record<string, (object: T) => readonly string[]>>;

/** Objects by key, findable by their indexes too. Knows nothing of time or truth. */
export class ObjectMap<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #indexes: ReadonlyMap<string, Index<T>>;

  constructor(indexes: Indexes<T>) {
    this.#indexes = new Map(
      Object.entries(indexes).map(([name, valuesOf]) => [
        name,
        { valuesOf, keys: new Map<string, Set<string>>() },
      ]),
    );
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  keys(): IterableIterator<string> {
    return this.#objects.keys();
  }

  values(): IterableIterator<T> {
    return this.#objects.values();
  }

  entries(): IterableIterator<[string, T]> {
    return this.#objects.entries();
  }

  byIndex(name: string, value: string): readonly T[] {
    const index = this.#indexes.get(name);
    if (index === undefined) throw new Error(`there is no index "${name}"`);
    const found: T[] = [];
    for (const key of index.keys.get(value) ?? []) {
      const object = this.#objects.get(key);
      if (object !== undefined) found.push(object);
    }
    return found;
  }

  set(object: T): void {
    const key = keyOf(object);
    this.#unfile(key);
    this.#objects.set(key, object);
    for (const { valuesOf, keys } of this.#indexes.values()) {
      for (const value of valuesOf(object)) {
        const filed = keys.get(value);
        if (filed === undefined) keys.set(value, new Set([key]));
        else filed.add(key);
      }
    }
  }

  delete(key: string): void {
    this.#unfile(key);
    this.#objects.delete(key);
  }

  #unfile(key: string): void {
    const old = this.#objects.get(key);
    if (old === undefined) return;
    for (const { valuesOf, keys } of this.#indexes.values()) {
      for (const value of valuesOf(old)) {
        const filed = keys.get(value);
        filed?.delete(key);
        if (filed?.size === 0) keys.delete(value);
      }
    }
  }
}

interface Index<T> {
  readonly valuesOf: (object: T) => readonly string[];
  readonly keys: Map<string, Set<string>>;
}
