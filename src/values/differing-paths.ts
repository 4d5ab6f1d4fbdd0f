import { canonicalJsonInHelm } from './canonical-json.ts';
import { isMap } from './merge.ts';
import type { ValuesMap } from './merge.ts';

/** Where two maps of values differ, as paths in the order of the keys; never with a value, which may be a secret. */
export function differingPaths(a: ValuesMap, b: ValuesMap): readonly string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort().flatMap((key) => {
    const [one, other] = [ownOf(a, key), ownOf(b, key)];
    const path = /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
    if (isMap(one) && isMap(other)) return differingPaths(one, other).map((below) => `${path}.${below}`);
    const same =
      Object.hasOwn(a, key) &&
      Object.hasOwn(b, key) &&
      canonicalJsonInHelm(one) === canonicalJsonInHelm(other);
    return same ? [] : [path];
  });
}

function ownOf(map: ValuesMap, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}
