/** Who watches what: each subscriber one source, each source any number of subscribers. */
export interface Subscriptions {
  add(subscriber: string, source: string): void;
  /** Gives back the source that it watched. */
  remove(subscriber: string): string | undefined;
  sourceOf(subscriber: string): string | undefined;
  of(source: string): string[];
  count(source: string): number;
  has(source: string): boolean;
  /** How many sources are watched. */
  sources(): number;
}

export function createSubscriptions(): Subscriptions {
  const bySubscriber = new Map<string, string>();
  const bySource = new Map<string, Set<string>>();
  return {
    add: (subscriber, source) => {
      bySubscriber.set(subscriber, source);
      const subscribers = bySource.get(source) ?? new Set();
      bySource.set(source, subscribers.add(subscriber));
    },
    remove: (subscriber) => {
      const source = bySubscriber.get(subscriber);
      if (source === undefined) return undefined;
      bySubscriber.delete(subscriber);
      const subscribers = bySource.get(source);
      subscribers?.delete(subscriber);
      if (subscribers?.size === 0) bySource.delete(source);
      return source;
    },
    sourceOf: (subscriber) => bySubscriber.get(subscriber),
    of: (source) => [...(bySource.get(source) ?? [])],
    count: (source) => bySource.get(source)?.size ?? 0,
    has: (source) => bySource.has(source),
    sources: () => bySource.size,
  };
}
