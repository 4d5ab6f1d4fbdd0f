import type { IgnoreRule } from '../../api/gitsync/ignore.ts';
import { formatPointer, type Pointer } from '../../api/gitsync/pointer.ts';
import type { ObjectId } from '../../api/object-id.ts';
import type { KubeObject } from '../../kube/resource-type.ts';
import { isMap } from '../../values/merge.ts';
import { withMarksOf } from './marks.ts';
import { type PointerTree, treeOf } from './pointer-tree.ts';

/** The rules for objects of a kind in a namespace, which may still be for one of them only. */
export function rulesFor(
  rules: readonly IgnoreRule[],
  { group, kind, namespace }: Omit<ObjectId, 'name'>,
): readonly IgnoreRule[] {
  const isMeant = (wanted: string | undefined, is: string): boolean => wanted === undefined || wanted === is;
  return rules.filter(
    (rule) => isMeant(rule.group, group) && isMeant(rule.kind, kind) && isMeant(rule.namespace, namespace),
  );
}

/** The fields of an object that are left to others: none twice, and always in the same order. */
export function ignoredOf(rules: readonly IgnoreRule[], id: ObjectId): readonly Pointer[] {
  const pointers = rulesFor(rules, id)
    .filter(({ name }) => name === undefined || name === id.name)
    .flatMap((rule) => rule.pointers);
  const byText = new Map(pointers.map((pointer) => [formatPointer(pointer), pointer]));
  return [...byText].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, pointer]) => pointer);
}

/** What Git says of an object beside what it leaves to others. */
export function withoutIgnored<T extends KubeObject>(object: T, ignored: readonly Pointer[]): T {
  if (ignored.length === 0) return object;
  return withMarksOf(object, without(object, treeOf(ignored)) as T);
}

/** Undefined for what is ignored as a whole, and for what held nothing else: to leave that out of Git is the same. */
function without(value: unknown, { ends, below }: PointerTree): unknown {
  if (ends) return undefined;
  const left = (name: string, item: unknown): unknown => {
    const tree = below.get(name);
    return tree === undefined ? item : without(item, tree);
  };
  if (Array.isArray(value)) {
    const items = value.map((item: unknown, index) => left(String(index), item));
    const rest = items.filter((item) => item !== undefined);
    return rest.length === 0 && items.length > 0 ? undefined : rest;
  }
  if (!isMap(value)) return value;
  const entries = Object.entries(value).map(([name, item]) => [name, left(name, item)] as const);
  const rest = entries.filter(([, item]) => item !== undefined);
  return rest.length === 0 && entries.length > 0 ? undefined : Object.fromEntries(rest);
}
