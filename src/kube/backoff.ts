import type { Random } from '../telemetry/clock.ts';

export interface BackoffLimits {
  readonly baseMs: number;
  readonly maxMs: number;
}

const LOOKS = { baseMs: 5_000, maxMs: 300_000 };
/** Spreads the tries of what failed together. */
const JITTER = 0.2;

/**
 * "Full jitter": anything between nothing and the exponential bound. After an outage of the API server a thousand
 * clients then come back spread over time instead of all at once. `attempt` counts from 0.
 */
export function fullJitter(attempt: number, { baseMs, maxMs }: BackoffLimits, random: Random): number {
  return random() * exponential(attempt, { baseMs, maxMs });
}

/** Half fixed, half random: for waits that a person is told of and that must not come out as nothing. */
export function equalJitter(attempt: number, limits: BackoffLimits, random: Random): number {
  return (0.5 + random() / 2) * exponential(attempt, limits);
}

/** Between two looks at what failed: from five seconds to five minutes, a fifth more or less. `attempts` counts from 1. */
export function backoffMs(attempts: number, random: Random): number {
  const delay = exponential(Math.max(attempts, 1) - 1, LOOKS);
  return Math.round(delay * (1 - JITTER + 2 * JITTER * random()));
}

function exponential(attempt: number, { baseMs, maxMs }: BackoffLimits): number {
  return Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 52));
}
