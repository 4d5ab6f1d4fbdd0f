import type { SyncSettings } from '../api/gitsync/settings.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { Inventory } from './inventory/entry.ts';
import { rebuild } from './inventory/rebuild.ts';
import type { SyncPass } from './pass.ts';
import type { BringInPorts } from './ports.ts';
import { tellLost } from './record/tell.ts';

export type KnownObjectsPorts = Pick<BringInPorts, 'inventory' | 'actingAs' | 'inFlight'> & {
  readonly events: EventRecorder;
};

/** What the GitSync has applied, from its inventory, or from the objects themselves if somebody has deleted that. */
export async function knownObjects(
  pass: SyncPass,
  { key, account }: SyncSettings,
  { inventory, actingAs, inFlight, events }: KnownObjectsPorts,
): Promise<Inventory> {
  const { signal } = pass;
  const loaded = await inventory.load(pass.sync(), signal);
  if (loaded.kind === 'known') return loaded.inventory;
  const rebuilt = await rebuild(key, { ...actingAs(account), inFlight }, signal);
  tellLost(pass, rebuilt.size, events);
  return rebuilt;
}
