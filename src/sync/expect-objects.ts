import type { SyncSettings } from '../api/gitsync/settings.ts';
import type { Inventory } from './inventory/entry.ts';
import type { SyncWatches } from './observe/watches.ts';
import type { SyncPass } from './pass.ts';
import type { BringInPorts } from './ports.ts';
import { typeAsApplied } from './type-as-applied.ts';

export type ExpectPorts = Pick<BringInPorts, 'actingAs'> & { readonly watches: SyncWatches };

/** What is applied is watched from now on. */
export async function expectObjects(
  { key, signal }: SyncPass,
  { account, ignore }: SyncSettings,
  inventory: Inventory,
  { actingAs, watches }: ExpectPorts,
): Promise<void> {
  const typeOf = typeAsApplied(actingAs(account).discovery);
  const objects = await Promise.all(
    [...inventory].map(async ([id, entry]) => {
      const { uid, fields } = entry;
      if (uid === undefined || fields === undefined) return [];
      const type = await typeOf({ key: id, entry }, signal);
      return type === undefined ? [] : [{ key: id, id: entry.id, type, uid, fields }];
    }),
  );
  watches.expect(key, account, objects.flat(), ignore);
}
