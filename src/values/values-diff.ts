import { canonicalJsonInHelm } from './canonical-json.ts';
import { isMap } from './merge.ts';
import type { ValuesMap } from './merge.ts';

const HIDDEN = '***';

/**
 * What changes between two maps of values, a line for each path, in the order of the paths. A value below a path
 * of `secret` is not shown; nor is an old one, because nobody knows any more where it came from.
 */
export function valuesDiff(before: ValuesMap, after: ValuesMap, secret: ValuesMap): readonly string[] {
  const [old, wanted] = [leavesOf(before), leavesOf(after)];
  const hidden = leavesOf(secret);
  const shown = (path: string, leaf: string): string => (hidden.has(path) ? HIDDEN : leaf);
  return [...new Set([...old.keys(), ...wanted.keys()])].sort().flatMap((path) => {
    const [was, is] = [old.get(path), wanted.get(path)];
    if (was === is) return [];
    if (is === undefined) return [`- ${path}`];
    return was === undefined
      ? [`+ ${path}: ${shown(path, is)}`]
      : [`~ ${path}: ${HIDDEN} -> ${shown(path, is)}`];
  });
}

/** Everything that is no map or list with something in it, as JSON by its path. */
function leavesOf(map: ValuesMap): ReadonlyMap<string, string> {
  const leaves = new Map<string, string>();
  const collect = (value: unknown, path: string): void => {
    const children = childrenOf(value);
    if (children.length === 0) leaves.set(path, canonicalJsonInHelm(value));
    for (const [step, child] of children) collect(child, `${path}${step}`);
  };
  for (const [step, child] of childrenOf(map)) collect(child, `values${step}`);
  return leaves;
}

function childrenOf(value: unknown): readonly (readonly [step: string, child: unknown])[] {
  if (Array.isArray(value)) return value.map((item: unknown, index) => [`[${String(index)}]`, item] as const);
  if (!isMap(value)) return [];
  return Object.entries(value).map(([key, item]) => [
    /^[\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`,
    item,
  ]);
}
