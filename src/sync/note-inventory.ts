import type { Inventory } from './inventory/entry.ts';
import type { SyncPass } from './pass.ts';
import type { BringInPorts } from './ports.ts';

/** The next write of the status takes it along. */
export async function noteInventory(
  pass: SyncPass,
  inventory: Inventory,
  { inventory: store }: Pick<BringInPorts, 'inventory'>,
): Promise<void> {
  const saved = await store.save(pass.sync(), inventory, pass.signal);
  pass.note((status) => ({ ...status, inventory: saved }));
}
