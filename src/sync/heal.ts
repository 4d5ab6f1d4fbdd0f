import type { SyncSettings } from '../api/gitsync/settings.ts';
import { applyDue, documentsOf } from './bring-in.ts';
import { type BringInFailed, refusal } from './end.ts';
import { formatId } from '../api/object-id.ts';
import type { Inventory } from './inventory/entry.ts';
import { noteInventory } from './note-inventory.ts';
import type { SyncPass } from './pass.ts';
import type { BringInPorts } from './ports.ts';
import { tellCorrected, tellUntested } from './record/tell.ts';
import type { SyncSource } from './source.ts';

export interface Healed {
  readonly kind: 'done';
  readonly inventory: Inventory;
  /** Ids of what was not as it should be. */
  readonly corrected: readonly string[];
}

/** Puts back what somebody has changed, as the revision has it that is in the cluster: a newer one may not be good. */
export async function heal(
  pass: SyncPass,
  settings: SyncSettings,
  source: SyncSource,
  { inventory, drifted }: { readonly inventory: Inventory; readonly drifted: ReadonlySet<string> },
  ports: BringInPorts,
): Promise<Healed | BringInFailed> {
  const built = await documentsOf(settings, source, ports, pass.signal);
  if (built.kind === 'failed') return built;
  const end = await applyDue(pass, settings, source, built, ports, {
    inventory,
    // What a later revision has brought stays, though the rest of it could not be applied.
    isDue: ({ key, digest }, entry) => drifted.has(key) && entry?.digest === digest,
    renewCharts: false,
    // All of them are in the inventory.
    saveIntents: () => Promise.resolve(),
    onAsk: () => undefined,
  });
  await noteInventory(pass, end.inventory, ports);
  await pass.save();
  tellUntested(pass, end.warnings, ports.events);
  if (end.kind === 'refused') return refusal(end.step, end.faults, end.retry);
  tellCorrected(pass, end.objects, ports.events);
  const corrected = end.objects.filter(({ changed }) => changed).map(({ id }) => formatId(id));
  return { kind: 'done', inventory: end.inventory, corrected };
}
