import type { Random } from '../telemetry/clock.ts';

const SPREAD = 0.1;

/** The interval with jitter, so that a fleet that started together does not come back together. */
export function createResync(intervalMs: number, random: Random): () => number {
  return () => spread(intervalMs, random);
}

/** The interval as it is waited for once. */
export function spread(intervalMs: number, random: Random): number {
  return Math.round(intervalMs * (1 - SPREAD + 2 * SPREAD * random()));
}
