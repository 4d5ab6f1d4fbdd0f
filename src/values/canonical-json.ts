import { isMap } from './merge.ts';

/**
 * JSON that is equal exactly when the values are: keys sorted by UTF-16 code units, no white space, numbers in their
 * shortest form, a bigint with all its digits, `-0` apart from `0`, entries that are undefined left out.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item: unknown) => canonicalJson(item ?? null)).join(',')}]`;
  if (!isMap(value)) return JSON.stringify(value ?? null);
  const entries = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort(byCodeUnits)
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`);
  return `{${entries.join(',')}}`;
}

/**
 * The same for comparing values with those that Helm has stored: helm reads every number as a double, so an integer
 * beyond 2^53 counts with the digits that helm keeps of it.
 */
export function canonicalJsonInHelm(value: unknown): string {
  return canonicalJson(rounded(value));
}

function rounded(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(rounded);
  if (!isMap(value)) return value;
  const map = Object.create(null) as Record<string, unknown>;
  for (const [key, item] of Object.entries(value)) map[key] = rounded(item);
  return map;
}

/** The order must not depend on a locale: it is part of every digest ever made. */
function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
