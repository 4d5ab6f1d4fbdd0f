import type { GitSync, SyncInventory } from '../../api/gitsync/git-sync.ts';
import { MAX_INVENTORY_ENTRIES } from '../../api/gitsync/schema/limits.ts';
import { COMPONENT, GITOPS_API_VERSION, SYNC_KIND } from '../../api/names.ts';
import { ownerLabels } from '../desire/mark.ts';
import type { Document } from '../../kube/documents.ts';
import type { Resource } from '../../kube/resource.ts';
import { entriesOf, inventoryOf, type Inventory } from './entry.ts';
import { fromShards, isSealedWhole, sealOfWhole, SHARDS, type Shard, toShards } from './shards.ts';

/** Where a GitSync's inventory is kept: in its status, or in ConfigMaps beside it when there is too much for that. */
export interface InventoryStore {
  load(sync: GitSync, signal: AbortSignal): Promise<LoadedInventory>;
  /** Writes what has no room in status, and gives back what belongs there. */
  save(sync: GitSync, inventory: Inventory, signal: AbortSignal): Promise<SyncInventory>;
}

export type LoadedInventory =
  | { readonly kind: 'known'; readonly inventory: Inventory }
  /** Somebody deleted or changed it. What left Git meanwhile is not known, and nothing is deleted for it. */
  | { readonly kind: 'lost' };

export interface InventoryStorePorts {
  readonly configMaps: Pick<Resource<Document>, 'get' | 'apply'>;
  readonly digestKey: Buffer;
}

export function createInventoryStore({ configMaps, digestKey }: InventoryStorePorts): InventoryStore {
  /** What was written last, by name: an unchanged part is not written again. */
  const written = new Map<string, string>();

  const load = async (sync: GitSync, signal: AbortSignal): Promise<LoadedInventory> => {
    const { count = 0, entries = [], seal = '' } = sync.status?.inventory ?? {};
    const { namespace = '', uid = '' } = sync.metadata;
    if (count <= entries.length) {
      const whole = inventoryOf(entries);
      // What charts and prunes go by is not to be written by whoever may write a status.
      const isOurs = whole.size === 0 || isSealedWhole(whole, seal, { uid, key: digestKey });
      return isOurs ? { kind: 'known', inventory: whole } : { kind: 'lost' };
    }
    const shards = await Promise.all(
      shardNames(sync).map(async (name) => shardIn(await configMaps.get({ namespace, name }, signal))),
    );
    const inventory = fromShards(shards, { uid, key: digestKey });
    if (inventory !== undefined) return { kind: 'known', inventory };
    for (const name of shardNames(sync)) written.delete(`${namespace}/${name}`);
    return { kind: 'lost' };
  };

  const write = async (sync: GitSync, number: number, shard: Shard, signal: AbortSignal): Promise<void> => {
    const object = configMapOf(sync, number, shard);
    const { namespace = '', name } = object.metadata;
    const key = `${namespace}/${name}`;
    if (written.get(key) === shard.seal) return;
    await configMaps.apply(object, { fieldManager: COMPONENT, force: true }, signal);
    written.set(key, shard.seal);
  };

  return {
    load,
    save: async (sync, inventory, signal) => {
      const entries = entriesOf(inventory);
      const { uid = '' } = sync.metadata;
      if (entries.length <= MAX_INVENTORY_ENTRIES) {
        const seal = sealOfWhole(inventory, { uid, key: digestKey });
        return { count: entries.length, entries: [...entries], ...(entries.length === 0 ? {} : { seal }) };
      }
      const shards = toShards(inventory, { uid, key: digestKey });
      for (const [number, shard] of shards.entries()) await write(sync, number, shard, signal);
      // Without a seal of them all: killed before the status is written, they must not pass for somebody else's.
      return { count: entries.length, entries: [] };
    },
  };
}

function shardNames({ metadata }: GitSync): readonly string[] {
  return Array.from({ length: SHARDS }, (_, number) => `gitsync-${metadata.name}-${String(number)}`);
}

function configMapOf(sync: GitSync, number: number, { entries, seal }: Shard): Document {
  const { namespace = '', name, uid = '' } = sync.metadata;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: shardNames(sync)[number] ?? '',
      namespace,
      labels: ownerLabels({ namespace, name }),
      ownerReferences: [{ apiVersion: GITOPS_API_VERSION, kind: SYNC_KIND, name, uid }],
    },
    data: { entries, seal },
  };
}

function shardIn(document: Document | undefined): Shard | undefined {
  const { entries, seal } = document?.data ?? {};
  return entries === undefined || seal === undefined ? undefined : { entries, seal };
}
