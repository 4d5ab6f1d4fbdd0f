import type { InventoryEntry } from '../../api/gitsync/git-sync.ts';
import { formatId, type ObjectId } from '../../api/object-id.ts';
import { type ChartPlaces, withPlace } from './charts.ts';

/** What is known of an object that the GitSync applied, or is about to. */
export interface Entry {
  readonly id: ObjectId;
  readonly version: string;
  /** Absent as long as it is only meant to be applied. */
  readonly uid?: string;
  /** Of what was applied last. */
  readonly digest?: string;
  /** Of the fields that were ours after that. */
  readonly fields?: string;
  /** Of a HelmRelease: its generation after that. Another one means that somebody has edited it. */
  readonly generation?: number;
  /** Of a HelmRelease: digest of what it said then of where it comes from. */
  readonly trail?: string;
  /** Of a HelmRelease: digest of its spec as Git has it. */
  readonly spec?: string;
  /** For which it was applied last. */
  readonly commit: string;
  /** Whether it was not there before us. */
  readonly made: boolean;
  /** Of a HelmRelease whose chart is in its own commit. */
  readonly charts?: ChartPlaces;
}

/** By id. */
export type Inventory = ReadonlyMap<string, Entry>;

export const EMPTY: Inventory = new Map();

export function inventoryOf(entries: readonly InventoryEntry[]): Inventory {
  return new Map(
    entries.map(({ group = '', namespace = '', kind, name, ...entry }) => {
      const { version, uid, digest, fields, generation, trail, spec, commit, made, charts } = entry;
      const id: ObjectId = { group, kind, namespace, name };
      return [
        formatId(id),
        {
          ...{ id, version, commit, made },
          ...(uid === undefined ? {} : { uid }),
          ...(digest === undefined ? {} : { digest }),
          ...(fields === undefined ? {} : { fields }),
          ...(generation === undefined ? {} : { generation }),
          ...(trail === undefined ? {} : { trail }),
          ...(spec === undefined ? {} : { spec }),
          ...(charts === undefined ? {} : { charts }),
        },
      ];
    }),
  );
}

/** Sorted, so that the same inventory is the same text. */
export function entriesOf(inventory: Inventory): readonly InventoryEntry[] {
  return [...inventory]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { id, charts, ...entry }]) => ({
      ...(id.group === '' ? {} : { group: id.group }),
      kind: id.kind,
      ...(id.namespace === '' ? {} : { namespace: id.namespace }),
      name: id.name,
      ...entry,
      ...(charts === undefined ? {} : { charts: [...charts] }),
    }));
}

export interface IntendedEntry {
  readonly key: string;
  readonly id: ObjectId;
  readonly version: string;
  /** Of what is to be applied. */
  readonly digest: string;
  /** Whether somebody else has made it. */
  readonly adopted: boolean;
  /** Where its chart is to come from. */
  readonly chart?: string;
}

/**
 * About to be applied for a commit. Of an object that gets another content it is not known any more what it holds: killed
 * in between, nobody must take our own write for a change by hand.
 */
export function intended(inventory: Inventory, objects: readonly IntendedEntry[], commit: string): Inventory {
  const next = new Map(inventory);
  for (const { key, id, version, digest, adopted, chart } of objects) {
    const known = next.get(key);
    const now =
      known === undefined
        ? { id, version, commit, made: !adopted }
        : known.digest === digest
          ? known
          : withoutContent(known);
    next.set(key, chart === undefined ? now : { ...now, charts: withPlace(now.charts, chart) });
  }
  return next;
}

function withoutContent({
  digest: _digest,
  fields: _fields,
  generation: _generation,
  trail: _trail,
  spec: _spec,
  ...known
}: Entry): Entry {
  return known;
}

/** They are to be deleted, now or when a person has confirmed it: nobody puts them back. */
export function leaving(inventory: Inventory, keys: Iterable<string>): Inventory {
  const next = new Map(inventory);
  for (const key of keys) {
    const known = next.get(key);
    if (known !== undefined) next.set(key, withoutContent(known));
  }
  return next;
}

export interface AppliedEntry {
  readonly key: string;
  readonly uid: string;
  readonly digest: string;
  readonly fields?: string;
  readonly generation?: number;
  readonly trail?: string;
  readonly spec?: string;
  readonly version: string;
  readonly commit: string;
  /** Whether somebody else has made it. */
  readonly adopted: boolean;
  readonly charts?: ChartPlaces;
}

export function applied(inventory: Inventory, objects: readonly AppliedEntry[]): Inventory {
  const next = new Map(inventory);
  for (const { key, adopted, ...now } of objects) {
    const known = next.get(key);
    if (known === undefined) continue;
    const { charts: _charts, ...rest } = withoutContent(known);
    // Somebody may have deleted ours and made another one by its name.
    const isAnother = known.uid !== undefined && known.uid !== now.uid;
    next.set(key, { ...rest, ...now, made: isAnother ? !adopted : known.made });
  }
  return next;
}

/** What was known before of objects that were only about to be applied, and were not. */
export function restored(inventory: Inventory, before: Inventory, keys: Iterable<string>): Inventory {
  const next = new Map(inventory);
  for (const key of keys) {
    const known = before.get(key);
    if (known !== undefined) next.set(key, known);
  }
  return next;
}

export function without(inventory: Inventory, keys: Iterable<string>): Inventory {
  const next = new Map(inventory);
  for (const key of keys) next.delete(key);
  return next;
}
