/** How often something has failed in a row, by key. */
export interface FailureCount {
  /** Counts one more, and says how many these are. */
  count(key: string): number;
  /** Whether the last one failed. */
  has(key: string): boolean;
  forget(key: string): void;
}

export function createFailureCount(): FailureCount {
  const counts = new Map<string, number>();
  return {
    count: (key) => {
      const next = (counts.get(key) ?? 0) + 1;
      counts.set(key, next);
      return next;
    },
    has: (key) => counts.has(key),
    forget: (key) => {
      counts.delete(key);
    },
  };
}
