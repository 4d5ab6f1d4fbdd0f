import { isDeepStrictEqual } from 'node:util';
import type { Pointer } from '../../api/gitsync/pointer.ts';
import { applyEntryOf, managedFieldsOf, union } from '../../kube/managed-fields.ts';
import type { KubeObject } from '../../kube/resource-type.ts';
import { isMap } from '../../values/merge.ts';
import { withMarksOf } from '../desire/marks.ts';
import { type PointerTree, treeOf } from '../desire/pointer-tree.ts';
import { foldableIn } from './foldable.ts';
import { atItem, atName, isOneValue, itemKeys, type Spot, standing } from './standing-fields.ts';

/**
 * What to apply of an object that is there, so that the ignored fields stay as they are. A field of somebody else is left
 * out. One of ours is given as it stands, or it would leave the object: then only for this very state of it.
 */
export function besideOthers(
  wanted: KubeObject,
  live: KubeObject,
  { manager, ignored }: { readonly manager: string; readonly ignored: readonly Pointer[] },
): KubeObject {
  const tree = treeOf(ignored);
  const spot = spotOf(live, manager);
  const having = (kept: Kept): KubeObject =>
    withMarksOf(wanted, settled(wanted, spot, { tree, kept }) as KubeObject);
  const object = having(standing);
  if (isDeepStrictEqual(object, having(nothing))) return object;
  const { resourceVersion } = live.metadata;
  return resourceVersion === undefined
    ? object
    : { ...object, metadata: { ...object.metadata, resourceVersion } };
}

/** What is applied of an ignored place. */
type Kept = (spot: Spot) => unknown;

function nothing(): undefined {
  return undefined;
}

interface Ignored {
  readonly tree: PointerTree;
  readonly kept: Kept;
}

/** What becomes ours before we apply is as good as ours. */
function spotOf(live: KubeObject, manager: string): Spot {
  const foldable = foldableIn(live, manager);
  const own = applyEntryOf(live, manager);
  const entries = managedFieldsOf(live);
  const ours = entries.filter(
    (entry) => entry === own || (foldable.has(entry.manager ?? '') && (entry.subresource ?? '') === ''),
  );
  const fields = ours.map(({ fieldsV1 = {} }) => fieldsV1);
  return {
    live,
    ours: fields.length === 0 ? undefined : fields.reduce(union),
    others: entries.filter((entry) => !ours.includes(entry)).map(({ fieldsV1 = {} }) => fieldsV1),
  };
}

/** Undefined for what is not to be in the apply. */
function settled(git: unknown, spot: Spot, { tree, kept }: Ignored): unknown {
  if (tree.ends) return kept(spot);
  if (git !== undefined && !isMap(git) && !Array.isArray(git)) return git;
  if (isOneValue(spot)) return kept(spot);
  if (Array.isArray(git)) return settledList(git, spot, { tree, kept });
  return git === undefined && !isMap(spot.live) ? undefined : settledMap(git, spot, { tree, kept });
}

function settledMap(git: object | undefined, spot: Spot, { tree, kept }: Ignored): unknown {
  const entries = new Map<string, unknown>(Object.entries(git ?? {}));
  const isEmptyInGit = git !== undefined && entries.size === 0;
  for (const [name, below] of tree.below) {
    const value = settled(entries.get(name), atName(spot, name), { tree: below, kept });
    if (value === undefined) entries.delete(name);
    else entries.set(name, value);
  }
  // An empty map is applied only if Git itself has one.
  return entries.size > 0 || isEmptyInGit ? Object.fromEntries(entries) : undefined;
}

/** Items are found in the cluster by their keys; one that is not there comes with this apply, as Git has it. */
function settledList(git: readonly unknown[], spot: Spot, { tree, kept }: Ignored): unknown {
  const isMeant = git.some((_, index) => tree.below.has(String(index)));
  if (!isMeant || !Array.isArray(spot.live)) return git;
  const keys = itemKeys(spot);
  if (keys.length === 0) return kept(spot);
  const items = git.flatMap((item, index) => {
    const below = tree.below.get(String(index));
    const there = below && atItem(spot, keys, item);
    if (below === undefined || there === undefined) return [item];
    const value = settled(item, there.spot, { tree: below, kept });
    if (value === undefined) return [];
    return [below.ends && isMap(value) ? { ...there.key, ...value } : value];
  });
  return items.length === 0 ? undefined : items;
}
