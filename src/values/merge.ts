export type ValuesMap = Readonly<Record<string, unknown>>;

/** Whether a value is a map to helm: not a list, not null. */
export function isMap(value: unknown): value is ValuesMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Merges values as helm does between several `-f`: where both sides hold a map they are merged, anywhere else the later
 * side replaces the earlier one, and a null stays (it deletes a default of the chart later). The result has no prototype,
 * so a key named `__proto__` is a key like any other.
 */
export function mergeValues(earlier: ValuesMap, later: ValuesMap): ValuesMap {
  const merged = withoutPrototype(earlier);
  for (const [key, value] of Object.entries(later)) {
    const before = merged[key];
    merged[key] = isMap(before) && isMap(value) ? mergeValues(before, value) : value;
  }
  return merged;
}

function withoutPrototype(map: ValuesMap): Record<string, unknown> {
  return Object.assign(Object.create(null) as Record<string, unknown>, map);
}
