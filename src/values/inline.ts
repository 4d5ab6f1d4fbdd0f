import { ValuesError } from '../api/errors.ts';
import { MAX_DEPTH } from './helm-yaml.ts';
import { isMap, type ValuesMap } from './merge.ts';

export interface InlineValues {
  /** Undefined if there are none. */
  readonly values: ValuesMap | undefined;
  readonly warnings: readonly string[];
}

/** The values that the HelmRelease itself holds. Anything but a map has always counted as no values at all. */
export function inlineValuesOf(given: unknown): InlineValues {
  if (given === undefined || given === null) return { values: undefined, warnings: [] };
  if (!isMap(given)) {
    const what = Array.isArray(given) ? 'a list' : `a ${typeof given}`;
    return { values: undefined, warnings: [`spec.values is ${what}, not a map, and counts as empty`] };
  }
  const rounded = firstRounded(given, 'spec.values', MAX_DEPTH);
  const warnings =
    rounded === undefined
      ? []
      : [`${rounded}: helm rounds integers beyond 2^53; write them in quotes to keep every digit`];
  return { values: given, warnings };
}

/** The path of the first integer that is too long. Measures the depth on its way, so that no later walk is too deep. */
function firstRounded(value: unknown, path: string, levels: number): string | undefined {
  if (levels < 0) {
    throw new ValuesError(`spec.values is nested deeper than ${String(MAX_DEPTH)} levels: make it flatter`);
  }
  if (typeof value === 'number')
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? path : undefined;
  if (!isMap(value) && !Array.isArray(value)) return undefined;
  let found: string | undefined;
  for (const [key, item] of Object.entries(value)) {
    const inside = firstRounded(
      item,
      Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`,
      levels - 1,
    );
    found ??= inside;
  }
  return found;
}
