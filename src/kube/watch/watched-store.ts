import { keyOf } from '../../api/metadata.ts';
import type { KubeObject } from '../resource-type.ts';
import { ObjectMap, type Change, type Indexes, type Store } from '../store.ts';
import { isOlder, isSameOrOlder } from './resource-version.ts';
import type { Transform } from './transform.ts';

export interface WatchedStoreOptions<T extends KubeObject> {
  readonly indexes: Indexes<T>;
  readonly transform: Transform<T>;
  /** False for an object that is to be as if it were not there. */
  readonly keep: (object: T) => boolean;
  readonly onChange: (change: Change<T>) => void;
}

/**
 * Merges three stories that arrive in any order: lists, watch events, and the answers to our own writes. Nothing
 * older ever replaces anything newer, and nothing that is gone comes back.
 */
export class WatchedStore<T extends KubeObject> implements Store<T> {
  readonly #objects: ObjectMap<T>;
  readonly #transform: Transform<T>;
  readonly #keep: (object: T) => boolean;
  readonly #emit: (change: Change<T>) => void;
  /** How far the server's story has got here. What is older than this and not in the store is gone. */
  #seen: string | undefined;
  /** What we wrote ourselves since the running list began, and what may therefore be newer than that list. */
  readonly #written = new Set<string>();
  readonly #listed = new Set<string>();
  #listing = false;
  #rewound = false;

  constructor(options: WatchedStoreOptions<T>) {
    this.#objects = new ObjectMap(options.indexes);
    this.#transform = options.transform;
    this.#keep = options.keep;
    this.#emit = options.onChange;
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

  byIndex(name: string, value: string): readonly T[] {
    return this.#objects.byIndex(name, value);
  }

  upsert(written: T): 'added' | 'updated' | 'stale' {
    const object = this.#transform(written);
    const key = keyOf(object);
    const known = this.#objects.get(key);
    const newest = known === undefined ? this.#seen : known.metadata.resourceVersion;
    if (isSameOrOlder(object.metadata.resourceVersion, newest)) return 'stale';
    if (this.#listing) this.#written.add(key);
    this.#put(object, known, false);
    return known === undefined ? 'added' : 'updated';
  }

  /** A list begins: own writes can be newer than it from now on. */
  beginList(): void {
    this.#written.clear();
    this.#listed.clear();
    this.#rewound = false;
    this.#listing = true;
  }

  /**
   * A page, or a part of one. `resourceVersion` is that of the list; `first` tells that what was listed before does not
   * count.
   */
  takePage(items: readonly T[], resourceVersion: string, first: boolean): void {
    if (first) {
      this.#listed.clear();
      // A list is never older than what the same server said before, unless its past was exchanged (etcd restored
      // from a backup): then what we know is worth nothing, however high its numbers.
      this.#rewound = isOlder(resourceVersion, this.#seen);
    }
    for (const item of items) {
      if (!this.#keep(item)) continue;
      const key = keyOf(item);
      this.#listed.add(key);
      this.#take(item, this.#seen === undefined, this.#rewound && !this.#written.has(key));
    }
  }

  /** What the list does not hold is gone, unless we created it while the list was being made. */
  endList(resourceVersion: string): void {
    for (const [key, object] of [...this.#objects.entries()]) {
      const ours = this.#written.has(key) && isOlder(resourceVersion, object.metadata.resourceVersion);
      if (!this.#listed.has(key) && !ours) this.#drop(key, object);
    }
    this.#listed.clear();
    this.#written.clear();
    this.#listing = false;
    this.#seen = resourceVersion;
  }

  /** An event of the watch: the object was added or modified. One that is kept no longer goes, as by a selector. */
  changed(object: T): void {
    if (!this.#keep(object)) {
      this.deleted(object);
      return;
    }
    this.#take(object, false, false);
    this.advance(object.metadata.resourceVersion);
  }

  /** An event of the watch. One that is older than what we have is about a predecessor of the same name. */
  deleted(last: T): void {
    const object = this.#transform(last);
    const key = keyOf(object);
    const known = this.#objects.get(key);
    const version = object.metadata.resourceVersion;
    if (known !== undefined && !isOlder(version, known.metadata.resourceVersion)) this.#drop(key, object);
    this.advance(version);
  }

  advance(resourceVersion: string | undefined): void {
    if (resourceVersion !== undefined && !isOlder(resourceVersion, this.#seen)) this.#seen = resourceVersion;
  }

  get seen(): string | undefined {
    return this.#seen;
  }

  #take(raw: T, initial: boolean, whatever: boolean): void {
    const known = this.#objects.get(keyOf(raw));
    const version = raw.metadata.resourceVersion;
    if (!whatever && known && isSameOrOlder(version, known.metadata.resourceVersion)) return;
    this.#put(this.#transform(raw), known, initial);
  }

  #put(object: T, known: T | undefined, initial: boolean): void {
    const successor = known !== undefined && known.metadata.uid !== object.metadata.uid;
    if (successor) this.#drop(keyOf(known), known);
    this.#objects.set(object);
    if (known === undefined || successor) this.#emit({ kind: 'added', object, initial });
    else this.#emit({ kind: 'updated', object, previous: known });
  }

  #drop(key: string, last: T): void {
    this.#objects.delete(key);
    this.#emit({ kind: 'deleted', object: last });
  }
}
