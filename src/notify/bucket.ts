import type { Clock } from '../telemetry/clock.ts';

export interface BucketOptions {
  /** How many may go at once after a quiet time. */
  readonly burst: number;
  /** After how long there is room for one more. */
  readonly everyMs: number;
}

export interface Bucket {
  /** Whether one more may go now; if so it counts. */
  readonly take: () => boolean;
  /** How long it is until one more may go. */
  readonly waitMs: () => number;
}

export function createBucket(clock: Pick<Clock, 'monotonicMs'>, { burst, everyMs }: BucketOptions): Bucket {
  let tokens = burst;
  let at = clock.monotonicMs();
  const refill = (): void => {
    const now = clock.monotonicMs();
    tokens = Math.min(burst, tokens + (now - at) / everyMs);
    at = now;
  };
  return {
    take: () => {
      refill();
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
    waitMs: () => {
      refill();
      return tokens >= 1 ? 0 : Math.ceil((1 - tokens) * everyMs);
    },
  };
}
