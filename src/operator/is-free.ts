import type { GitSync } from '../api/gitsync/git-sync.ts';
import { parseKey } from '../api/metadata.ts';
import { formatId } from '../api/object-id.ts';
import type { Config } from '../config.ts';
import type { InventoryStore } from '../sync/inventory/store.ts';
import type { BringInPorts } from '../sync/ports.ts';

export interface IsFreeOptions extends Pick<Config, 'allowNamespace'> {
  /** The GitSync as it is known; undefined where there is none. */
  readonly find: (sync: string) => GitSync | undefined;
  readonly inventory: Pick<InventoryStore, 'load'>;
}

/** Whether an object may be taken that says it is of another GitSync: that one has gone, or does not hold it any more. */
export function createIsFree({ find, inventory, allowNamespace }: IsFreeOptions): BringInPorts['isFree'] {
  return async (owner, id, signal) => {
    const sync = find(owner);
    // What is not seen may be there, and another operator's.
    if (sync === undefined)
      return allowNamespace === undefined || parseKey(owner).namespace === allowNamespace;
    const loaded = await inventory.load(sync, signal);
    return loaded.kind === 'known' && !loaded.inventory.has(formatId(id));
  };
}
