import type { GitSync } from '../api/gitsync/git-sync.ts';
import { keyOf } from '../api/metadata.ts';
import { GROUP, KIND } from '../api/names.ts';
import type { Inventory } from './inventory/entry.ts';
import type { InventoryStore } from './inventory/store.ts';

/** Which HelmReleases each GitSync holds, as its inventory says: what an object says of itself proves nothing. */
export interface Claims {
  /** Whether anything is known of the GitSync yet. */
  knows(sync: string): boolean;
  /** `namespace/name` of the HelmRelease. */
  holds(sync: string, release: string): boolean;
  put(sync: string, inventory: Inventory): void;
  forget(sync: string): void;
}

export function createClaims(): Claims {
  const held = new Map<string, ReadonlySet<string>>();
  return {
    knows: (sync) => held.has(sync),
    holds: (sync, release) => held.get(sync)?.has(release) ?? false,
    put: (sync, inventory) => {
      const releases = [...inventory.values()].flatMap(({ id }) =>
        id.group === GROUP && id.kind === KIND ? [`${id.namespace}/${id.name}`] : [],
      );
      held.set(sync, new Set(releases));
    },
    forget: (sync) => {
      held.delete(sync);
    },
  };
}

/** Every inventory that is read or written is claimed: what is about to be applied before it is. */
export function withClaims(store: InventoryStore, claims: Claims): InventoryStore {
  const put = (sync: GitSync, inventory: Inventory): void => {
    claims.put(keyOf(sync), inventory);
  };
  return {
    load: async (sync, signal) => {
      const loaded = await store.load(sync, signal);
      if (loaded.kind === 'known') put(sync, loaded.inventory);
      return loaded;
    },
    save: async (sync, inventory, signal) => {
      put(sync, inventory);
      return await store.save(sync, inventory, signal);
    },
  };
}
