export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly most: number;
}

/** By the nearest rank: each is a value that was there. Undefined when there was none. */
export function percentilesOf(values: readonly number[]): Percentiles | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const most = sorted.at(-1);
  if (most === undefined) return undefined;
  const rank = (part: number): number => sorted[Math.ceil(part * sorted.length) - 1] ?? most;
  return { p50: rank(0.5), p95: rank(0.95), p99: rank(0.99), most };
}
