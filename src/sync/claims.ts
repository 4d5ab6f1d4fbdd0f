import type { GitSync } from '../api/gitsync/git-sync.ts';
import { keyOf } from '../api/metadata.ts';
import type { ChartPlaces } from './inventory/charts.ts';
import type { Inventory } from './inventory/entry.ts';
import type { InventoryStore } from './inventory/store.ts';
import { isHelmRelease } from './is-helm-release.ts';

/** What the inventory of a GitSync says of a HelmRelease. */
export interface Claim {
  /** Undefined as long as it is only meant to be applied. */
  readonly uid: string | undefined;
  /** As it was applied: another one has been edited by somebody. Undefined while another content is on its way. */
  readonly generation: number | undefined;
  /** Digest of what it said then of where it comes from. */
  readonly trail: string | undefined;
  /** Digest of its spec as Git has it. Undefined while another content is on its way. */
  readonly spec: string | undefined;
  /** Where its chart may come from, if that is in its own commit. */
  readonly charts: ChartPlaces;
}

/** Which HelmReleases each GitSync holds, as its inventory says: what an object says of itself proves nothing. */
export interface Claims {
  /** Whether anything is known of the GitSync yet. */
  knows(sync: string): boolean;
  /** `namespace/name` of the HelmRelease. */
  find(sync: string, release: string): Claim | undefined;
  put(sync: string, inventory: Inventory): void;
  forget(sync: string): void;
  /** Calls the handler with a HelmRelease when more is known of what was applied, or where its chart may come from. */
  onNews(handler: (release: string) => void): void;
}

export function createClaims(): Claims {
  const held = new Map<string, ReadonlyMap<string, Claim>>();
  const handlers: ((release: string) => void)[] = [];
  return {
    knows: (sync) => held.has(sync),
    find: (sync, release) => held.get(sync)?.get(release),
    put: (sync, inventory) => {
      const releases = [...inventory.values()].flatMap(({ id, uid, generation, trail, spec, charts = [] }) =>
        isHelmRelease(id)
          ? [[`${id.namespace}/${id.name}`, { uid, generation, trail, spec, charts }] as const]
          : [],
      );
      const before = held.get(sync);
      held.set(sync, new Map(releases));
      for (const [release, claim] of releases) {
        if (isNews(before?.get(release), claim)) for (const handler of handlers) handler(release);
      }
    },
    forget: (sync) => {
      held.delete(sync);
    },
    onNews: (handler) => {
      handlers.push(handler);
    },
  };
}

function isNews(before: Claim | undefined, { uid, generation, trail, spec, charts }: Claim): boolean {
  if (uid === undefined) return false;
  const isAnother = before?.generation !== generation || before?.trail !== trail || before?.spec !== spec;
  if (isAnother && generation !== undefined) return true;
  return charts.length > 0 && (before?.uid !== uid || before.charts.join('\n') !== charts.join('\n'));
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
