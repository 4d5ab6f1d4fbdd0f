import type { GitSync } from '../api/gitsync/git-sync.ts';
import { parseKey } from '../api/metadata.ts';
import { formatId } from '../api/object-id.ts';
import type { Config } from '../config.ts';
import type { InventoryStore } from '../sync/inventory/store.ts';
import type { BringInPorts } from '../sync/ports.ts';
import type { Readings } from '../sync/readings.ts';

export interface IsFreeOptions extends Pick<Config, 'allowNamespace'> {
  /** The GitSync as it is known; undefined where there is none. */
  readonly find: (sync: string) => GitSync | undefined;
  readonly inventory: Pick<InventoryStore, 'load'>;
  readonly readings: Pick<Readings, 'holdersOf'>;
}

/** Whether an object may be taken that says it is of another GitSync: no GitSync that is there holds it. */
export function createIsFree(o: IsFreeOptions): BringInPorts['isFree'] {
  return async (own, owner, id, signal) => {
    const isSeen = o.allowNamespace === undefined || parseKey(owner).namespace === o.allowNamespace;
    // What is not seen may be there, and another operator's.
    if (!isSeen) return false;
    const key = formatId(id);
    // Labels are easily changed: another one than they name may hold it.
    for (const sync of new Set([owner, ...o.readings.holdersOf(key)])) {
      const found = sync === own ? undefined : o.find(sync);
      if (found === undefined) continue;
      const loaded = await o.inventory.load(found, signal);
      if (loaded.kind === 'lost' || loaded.inventory.has(key)) return false;
    }
    return true;
  };
}
