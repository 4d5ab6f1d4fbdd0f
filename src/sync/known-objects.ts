import type { SyncSettings } from '../api/gitsync/settings.ts';
import type { KeptObject } from '../api/gitsync/git-sync.ts';
import type { Inventory } from './inventory/entry.ts';
import { rebuild } from './inventory/rebuild.ts';
import { nameOf } from './name-of.ts';
import type { SyncPass } from './pass.ts';
import type { BringInPorts } from './ports.ts';
import { tellLost } from './record/tell.ts';

export interface KnownObjects {
  readonly inventory: Inventory;
  /** What has its labels and is not in Git: whether it had let go of that before, nobody knows any more. */
  readonly strays: readonly KeptObject[];
}

const WHY =
  'the list of the objects was lost, and it may have been let go of before: delete it yourself if nobody needs it';

/** What the GitSync has applied, from its inventory, or from the objects themselves if somebody has deleted that. */
export async function knownObjects(
  pass: SyncPass,
  { key, account }: SyncSettings,
  inGit: ReadonlySet<string>,
  {
    inventory,
    actingAs,
    inFlight,
    events,
  }: Pick<BringInPorts, 'inventory' | 'actingAs' | 'inFlight' | 'events'>,
): Promise<KnownObjects> {
  const { signal } = pass;
  const loaded = await inventory.load(pass.sync(), signal);
  if (loaded.kind === 'known') return { inventory: loaded.inventory, strays: [] };
  const found = [...(await rebuild(key, { ...actingAs(account), inFlight }, signal))];
  const rebuilt = new Map(found.filter(([id]) => inGit.has(id)));
  const strays = found.filter(([id]) => !inGit.has(id));
  tellLost(pass, rebuilt.size, strays.length, events);
  return { inventory: rebuilt, strays: strays.map(([, { id }]) => ({ object: nameOf(id), why: WHY })) };
}
