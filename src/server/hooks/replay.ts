import type { Clock } from '../../telemetry/clock.ts';

/** Deliveries of the last while. */
export interface Replay {
  isKnown(delivery: string): boolean;
  remember(delivery: string): void;
  readonly size: number;
}

/**
 * Longer than any time that a sender names may be away from now, on both sides: what is forgotten here is refused for its
 * age, where there is one.
 */
const KEPT_MS = 25 * 60_000;
const MAX_KEPT = 10_000;

export function createReplay(clock: Clock, { keptMs = KEPT_MS, max = MAX_KEPT } = {}): Replay {
  // In the order in which they came.
  const kept = new Map<string, number>();

  function forgetOld(): void {
    const since = clock.monotonicMs() - keptMs;
    for (const [delivery, at] of kept) {
      if (at > since && kept.size <= max) return;
      kept.delete(delivery);
    }
  }

  return {
    isKnown: (delivery) => {
      forgetOld();
      return kept.has(delivery);
    },
    remember: (delivery) => {
      kept.delete(delivery);
      kept.set(delivery, clock.monotonicMs());
      forgetOld();
    },
    get size() {
      return kept.size;
    },
  };
}
