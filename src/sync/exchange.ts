import type { GitSync } from '../api/gitsync/git-sync.ts';
import type { SyncSettings } from '../api/gitsync/settings.ts';
import { keyOf } from '../api/metadata.ts';
import { decideMoves, heldBy, type Other, unreadBy } from './decide/moves.ts';
import type { SourceDocument } from './document.ts';
import { idsIn } from './id-of.ts';
import { type Inventory, without } from './inventory/entry.ts';
import { noteInventory } from './note-inventory.ts';
import type { SyncPass } from './pass.ts';
import type { BringInPorts } from './ports.ts';
import type { Readings } from './readings.ts';
import { tellHanded } from './record/tell.ts';
import { sourceKey } from './source-key.ts';

export interface ExchangePorts {
  readonly readings: Readings;
  /** All GitSyncs that are known. */
  readonly syncs: () => Iterable<GitSync>;
}

export interface ExchangeInput {
  readonly revision: string;
  /** All that Git holds. */
  readonly documents: readonly SourceDocument[];
  readonly inventory: Inventory;
}

export type Exchanged =
  | { readonly kind: 'waiting'; readonly ms: number }
  | {
      readonly kind: 'exchanged';
      /** Without what another GitSync holds now. */
      readonly inventory: Inventory;
      /** Ids of what was there before, and was made by a GitSync from whose folder it comes. */
      readonly inherited: ReadonlySet<string>;
      /** A GitSync to whose folder the rest may have moved, which nobody can read. */
      readonly unreadable?: string;
    };

/** Says what the folder holds, and lets go of what has moved to the folder of another GitSync. */
export async function exchange(
  pass: SyncPass,
  settings: SyncSettings,
  { revision, documents, inventory }: ExchangeInput,
  ports: BringInPorts & ExchangePorts,
): Promise<Exchanged> {
  const { readings } = ports;
  const ids = idsIn(documents, settings.key.namespace);
  const known = new Set(inventory.keys());
  const leaving = known.difference(ids);
  readings.put(pass.key, { revision, ids, leaving });
  const input = {
    ...{ source: sourceKey(pass.sync()), revision, before: pass.status().appliedRevision },
    // Without prune nothing is deleted, and nobody has to be asked.
    leaving: settings.prune ? leaving : new Set<string>(),
    coming: ids.difference(known),
    others: othersOf(pass.key, ports),
  };
  const patienceMs = (other: string | undefined): number =>
    other === undefined ? 0 : readings.patienceMs(pass.key, revision);
  const readMs = patienceMs(unreadBy(input));
  if (readMs > 0) return { kind: 'waiting', ms: readMs };
  const { handed, unreadable } = decideMoves(input);
  const left = without(inventory, handed.keys());
  if (handed.size > 0) {
    await noteInventory(pass, left, ports);
    await pass.save();
    tellHanded(pass, handed, ports.events);
  }
  // Before it is waited for what comes: two may exchange something.
  readings.handed(pass.key, handed, (id) => inventory.get(id)?.made === true);
  const heldMs = patienceMs(heldBy(input));
  if (heldMs > 0) return { kind: 'waiting', ms: heldMs };
  readings.ended(pass.key);
  return {
    ...{ kind: 'exchanged', inventory: left, inherited: readings.inherited(pass.key, input.coming) },
    ...(unreadable === undefined ? {} : { unreadable }),
  };
}

/** All that may look at a commit. */
function othersOf(own: string, { syncs, readings }: ExchangePorts): ReadonlyMap<string, Other> {
  return new Map(
    [...syncs()].flatMap((sync) => {
      const key = keyOf(sync);
      const isIdle = sync.spec.suspend === true || sync.metadata.deletionTimestamp !== undefined;
      if (isIdle || key === own) return [];
      return [[key, { source: sourceKey(sync), reading: readings.of(key) }] as const];
    }),
  );
}
