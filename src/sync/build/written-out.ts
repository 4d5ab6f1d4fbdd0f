import { isMap } from '../../values/merge.ts';

/** More levels than any object has; each step down is one of our stack too. */
const MAX_DEPTH = 500;

/**
 * About how many characters a document has as JSON, where every alias is written out. A text tells why there can be no JSON of
 * it, or none that is shorter than `most`.
 */
export function lengthWrittenOut(document: unknown, most: number): number | string {
  let length = 0;
  const add = (value: unknown, depth: number): string | undefined => {
    if (depth > MAX_DEPTH) return `it is nested deeper than ${String(MAX_DEPTH)} levels`;
    length += typeof value === 'string' ? value.length + 3 : 3;
    if (length > most) return `with its aliases written out it is larger than ${String(most)} characters`;
    if (typeof value === 'number' && !Number.isFinite(value)) return 'it holds a number that is too large';
    if (Array.isArray(value)) return first(value, (item) => add(item, depth + 1));
    if (!isMap(value)) return undefined;
    return first(Object.entries(value), ([key, item]) => {
      length += key.length + 3;
      return add(item, depth + 1);
    });
  };
  return add(document, 0) ?? length;
}

function first<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
