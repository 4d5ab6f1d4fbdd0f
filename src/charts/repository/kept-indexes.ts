import type { StoredIndex } from './stored-index.ts';

/** An index as it was the last time that it was asked for. */
export interface KnownIndex {
  readonly index: StoredIndex;
  readonly sha256: string;
  /** By which the server can tell that it is still the same. */
  readonly headers: Readonly<Record<string, string>>;
  readonly checkedAt: number;
}

/** The indexes that are on disk: a bounded number of bytes, of which the least recently used ones leave. */
export interface KeptIndexes {
  get(key: string): KnownIndex | undefined;
  /** Takes the index over, and closes what it replaces and what has to leave for it. */
  set(key: string, next: KnownIndex): Promise<void>;
  close(): Promise<void>;
}

const MAX_COUNT = 200;

export function createKeptIndexes(maxBytes: number): KeptIndexes {
  const known = new Map<string, KnownIndex>(); // in the order of use
  let bytes = 0;

  const take = (key: string): StoredIndex | undefined => {
    const { index } = known.get(key) ?? {};
    known.delete(key);
    bytes -= index?.bytes ?? 0;
    return index;
  };

  return {
    get: (key) => {
      const found = known.get(key);
      if (found && known.delete(key)) known.set(key, found);
      return found;
    },
    set: async (key, next) => {
      const isSame = known.get(key)?.index === next.index;
      const leaving = isSame ? [] : [take(key)];
      if (!isSame) bytes += next.index.bytes;
      known.delete(key);
      known.set(key, next);
      for (const oldest of known.keys()) {
        if (oldest === key || (bytes <= maxBytes && known.size <= MAX_COUNT)) break;
        leaving.push(take(oldest));
      }
      await closeAll(leaving);
    },
    close: async () => {
      await closeAll([...known.keys()].map(take));
    },
  };
}

async function closeAll(indexes: readonly (StoredIndex | undefined)[]): Promise<void> {
  await Promise.all(indexes.flatMap((index) => (index === undefined ? [] : [index.close()])));
}
