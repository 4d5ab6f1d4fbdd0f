import type { Pointer } from '../../api/gitsync/pointer.ts';
import { type Fields, union } from '../../kube/managed-fields.ts';
import { isMap } from '../../values/merge.ts';
import { marksIn } from '../desire/marks.ts';
import { anyItem, type PointerTree, treeOf } from '../desire/pointer-tree.ts';

/**
 * The fields beside those that are ignored: who owns these is nobody's concern. The items of a list stand here by their
 * keys and not by their numbers, so of a pointer into a list the field is left out in all items.
 */
export function withoutFields(ignored: readonly Pointer[]): (fields: Fields) => Fields {
  if (ignored.length === 0) return (fields) => fields;
  const tree = treeOf(ignored);
  return (fields) => union(without(fields, tree) ?? {}, marksIn(fields));
}

function without(fields: Fields, tree: PointerTree): Fields | undefined {
  const all = Object.entries(fields);
  // What is one value to the server cannot be ignored in part.
  if (tree.ends || all.length === 0) return undefined;
  const left = all.flatMap(([key, below]) => {
    const here = treeAt(key, tree);
    if (here === undefined || !isMap(below)) return [[key, below] as const];
    const rest = without(below, here);
    return rest === undefined ? [] : [[key, rest] as const];
  });
  return left.length === 0 ? undefined : Object.fromEntries(left);
}

function treeAt(key: string, tree: PointerTree): PointerTree | undefined {
  switch (key.slice(0, 2)) {
    case 'f:':
      return tree.below.get(key.slice(2));
    case 'k:':
      return anyItem(tree);
    case 'v:':
      return anyItem(tree) && { ends: true, below: new Map() };
    default:
      return undefined;
  }
}
