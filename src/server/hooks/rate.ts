import type { Clock } from '../../telemetry/clock.ts';

export interface RateOptions {
  readonly perSecond: number;
  /** How many may come at once after a quiet time. */
  readonly burst: number;
  /** Whoever was heard last of more than these is known no longer, and begins anew. */
  readonly maxParties: number;
}

/** Token buckets, one for each party. */
export interface Rate {
  /** Whether one more of this party is within its rate. */
  allows(party: string): boolean;
  readonly size: number;
}

export function createRate(clock: Clock, { perSecond, burst, maxParties }: RateOptions): Rate {
  // In the order in which they were heard last.
  const buckets = new Map<string, { readonly tokens: number; readonly at: number }>();
  return {
    allows: (party) => {
      const at = clock.monotonicMs();
      const last = buckets.get(party) ?? { tokens: burst, at };
      const tokens = Math.min(burst, last.tokens + ((at - last.at) / 1_000) * perSecond);
      const allowed = tokens >= 1;
      buckets.delete(party);
      buckets.set(party, { tokens: allowed ? tokens - 1 : tokens, at });
      const [oldest] = buckets.keys();
      if (buckets.size > maxParties && oldest !== undefined) buckets.delete(oldest);
      return allowed;
    },
    get size() {
      return buckets.size;
    },
  };
}
