/** What is known by key, the most recently used of it, as far as there is room. */
export interface SizedMemo<T> {
  readonly bytes: number;
  get(key: string): T | undefined;
  set(key: string, value: T): void;
}

/** What is too large for all of the room is not kept, and takes no room from the rest. */
export function createSizedMemo<T>(maxBytes: number, bytesOf: (value: T) => number): SizedMemo<T> {
  const known = new Map<string, { readonly value: T; readonly bytes: number }>();
  let total = 0;
  const drop = (key: string): void => {
    total -= known.get(key)?.bytes ?? 0;
    known.delete(key);
  };
  return {
    get bytes() {
      return total;
    },
    get: (key) => {
      const entry = known.get(key);
      if (entry === undefined) return undefined;
      known.delete(key);
      known.set(key, entry);
      return entry.value;
    },
    set: (key, value) => {
      drop(key);
      const bytes = bytesOf(value);
      if (bytes > maxBytes) return;
      known.set(key, { value, bytes });
      total += bytes;
      for (const oldest of known.keys()) {
        if (total <= maxBytes) break;
        drop(oldest);
      }
    },
  };
}
