/** Remembers a bounded number of things, the most recently used ones. */
export interface Recent<T> {
  readonly size: number;
  get(key: string): T | undefined;
  /** Gives the value back. */
  set(key: string, value: T): T;
  delete(key: string): void;
}

export function createRecent<T>(most: number): Recent<T> {
  const values = new Map<string, T>();
  const put = (key: string, value: T): T => {
    values.delete(key);
    values.set(key, value);
    return value;
  };
  return {
    get size() {
      return values.size;
    },
    get: (key) => {
      const value = values.get(key);
      return value === undefined ? undefined : put(key, value);
    },
    set: (key, value) => {
      put(key, value);
      const [oldest] = values.keys();
      if (values.size > most && oldest !== undefined) values.delete(oldest);
      return value;
    },
    delete: (key) => {
      values.delete(key);
    },
  };
}
