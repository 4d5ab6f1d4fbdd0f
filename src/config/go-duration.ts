const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3, // micro sign
  μs: 1e-3, // Greek mu
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

const NUMBER_AND_UNIT = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gy;

/**
 * Milliseconds of a duration as Go's time.ParseDuration reads it: `1h2m3.5s`, `300ms`, `0`, an optional sign.
 * Undefined if it is none.
 */
export function parseGoDuration(text: string): number | undefined {
  const [, sign, rest] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  if (rest === undefined || rest === '') return undefined;
  if (rest === '0') return 0;

  let total = 0;
  let end = 0;
  for (const [whole, number, unit] of rest.matchAll(NUMBER_AND_UNIT)) {
    total += Number(number) * (UNIT_MS[unit ?? ''] ?? NaN);
    end += whole.length;
  }
  return end === rest.length ? (sign === '-' ? -total : total) : undefined;
}
