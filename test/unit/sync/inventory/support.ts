import type { GitSync, SyncInventory } from '../../../../src/api/gitsync/git-sync.ts';
import { formatId } from '../../../../src/api/object-id.ts';
import type { Entry, Inventory } from '../../../../src/sync/inventory/entry.ts';

export function entry(name: string, more: Partial<Entry> = {}): Entry {
  const id = { group: '', kind: 'ConfigMap', namespace: 'shop', name };
  return { id, version: 'v1', commit: 'c1', made: true, ...more };
}

export function inventoryOf(...entries: readonly Entry[]): Inventory {
  return new Map(entries.map((one) => [formatId(one.id), one]));
}

export function numbered(count: number): Inventory {
  return inventoryOf(
    ...Array.from({ length: count }, (_, n) => entry(`object-${String(n)}`, { uid: `u${String(n)}` })),
  );
}

export function syncWith(inventory?: SyncInventory, uid = 'sync-uid'): GitSync {
  return {
    metadata: { name: 'apps', namespace: 'team', uid },
    spec: { url: 'https://example.com/a.git' },
    ...(inventory === undefined ? {} : { status: { inventory } }),
  };
}
