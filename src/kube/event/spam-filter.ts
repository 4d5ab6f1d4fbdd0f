import type { Clock } from '../../telemetry/clock.ts';

export interface SpamLimits {
  /** Events that an object may have at once. */
  readonly burst: number;
  /** After which time it may have one more. */
  readonly refillMs: number;
  /** Objects to keep count of. */
  readonly maxObjects: number;
}

export const SPAM_LIMITS: SpamLimits = { burst: 25, refillMs: 300_000, maxObjects: 4_096 };

/** Says whether an object may have another event: an object that fails once a second must not fill etcd. */
export function createSpamFilter(clock: Clock, limits: SpamLimits): (object: string) => boolean {
  const buckets = new Map<string, { readonly tokens: number; readonly at: number }>();
  return (object) => {
    const now = clock.monotonicMs();
    const old = buckets.get(object) ?? { tokens: limits.burst, at: now };
    const tokens = Math.min(limits.burst, old.tokens + (now - old.at) / limits.refillMs);
    const allowed = tokens >= 1;
    buckets.delete(object); // to the end: the front is what was not heard of for longest
    buckets.set(object, { tokens: allowed ? tokens - 1 : tokens, at: now });
    evictOldest(buckets, limits.maxObjects);
    return allowed;
  };
}

/** Maps keep the order of insertion. */
export function evictOldest(map: Map<string, unknown>, max: number): void {
  for (const key of map.keys()) {
    if (map.size <= max) return;
    map.delete(key);
  }
}
