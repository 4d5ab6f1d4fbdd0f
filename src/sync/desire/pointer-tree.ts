import type { Pointer } from '../../api/gitsync/pointer.ts';

/** Pointers by their first names, to walk along a value and all of them at once. */
export interface PointerTree {
  /** A pointer leads here: what is below belongs to it. */
  readonly ends: boolean;
  readonly below: ReadonlyMap<string, PointerTree>;
}

export function treeOf(pointers: readonly Pointer[]): PointerTree {
  const further = pointers.filter((pointer) => pointer.length > 0);
  const byFirst = Map.groupBy(further, ([first = '']) => first);
  return {
    ends: further.length < pointers.length,
    below: new Map([...byFirst].map(([first, group]) => [first, treeOf(group.map(([, ...rest]) => rest))])),
  };
}

/** What is below an item of a list, whichever it is. */
export function anyItem({ below }: PointerTree): PointerTree | undefined {
  const items = [...below].filter(([name]) => isNumber(name)).map(([, tree]) => tree);
  return items.length === 0 ? undefined : items.reduce(merged);
}

/** As RFC 6901 writes the items of a list. */
function isNumber(name: string): boolean {
  return /^(0|[1-9][0-9]*)$/.test(name);
}

function merged(one: PointerTree, other: PointerTree): PointerTree {
  const below = new Map(one.below);
  for (const [name, tree] of other.below) {
    const known = below.get(name);
    below.set(name, known === undefined ? tree : merged(known, tree));
  }
  return { ends: one.ends || other.ends, below };
}
