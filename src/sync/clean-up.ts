import type { HeldPrune, KeptObject } from '../api/gitsync/git-sync.ts';
import { MAX_SHOWN } from '../api/gitsync/schema/limits.ts';
import type { SyncSettings } from '../api/gitsync/settings.ts';
import { CONFIRM_PRUNE_ANNOTATION } from '../api/names.ts';
import { prune, type Pruned } from './act/prune.ts';
import type { ApplyEnd } from './apply-revision.ts';
import { isConfirmed } from './decide/is-settled.ts';
import { decidePrune, type Gone, type PruneDecision } from './decide/prune.ts';
import { type BringInEnd, refusal } from './end.ts';
import type { Revision } from './fetch/find-revision.ts';
import { leaving, without } from './inventory/entry.ts';
import { nameOf } from './name-of.ts';
import { noteInventory } from './note-inventory.ts';
import type { SyncPass } from './pass.ts';
import type { BringInPorts } from './ports.ts';
import { settled } from './record/settled.ts';
import { tellApplied } from './record/tell.ts';
import { typeAsApplied } from './type-as-applied.ts';

export interface CleanUpInput {
  readonly revision: Revision;
  /** All that Git holds is applied. */
  readonly applied: Extract<ApplyEnd, { kind: 'applied' }>;
  /** Ids of all that Git holds, applied or left alone. */
  readonly inGit: ReadonlySet<string>;
  readonly ignored: number;
  /** A GitSync to whose folder what has left Git may have moved, and which nobody can read. */
  readonly unreadable: string | undefined;
}

/** Deletes what has left Git, once all that Git holds is applied, and says what has become of the revision. */
export async function cleanUp(
  pass: SyncPass,
  settings: SyncSettings,
  { revision, applied, inGit, ignored, unreadable }: CleanUpInput,
  ports: BringInPorts,
): Promise<BringInEnd> {
  const { wanted, objects } = applied;
  const { annotations } = pass.sync().metadata;
  const confirmed = isConfirmed(annotations, revision.shown);
  const decision = decidePrune({
    ...{ inventory: applied.inventory, wanted: inGit, prune: settings.prune, confirmed },
  });
  if (decision.kind === 'prune' && unreadable !== undefined) {
    const faults = [{ why: mayHaveMoved(decision.gone, unreadable) }];
    return { ...refusal('prune', faults, true), inventory: applied.inventory };
  }
  const gone = decision.kind === 'nothing' ? [] : decision.gone.map(({ key }) => key);
  const inventory = leaving(applied.inventory, gone);
  // What is in the inventory is what may be deleted: it is written down before.
  if (decision.kind === 'prune') {
    await noteInventory(pass, inventory, ports);
    await pass.save();
  }
  const pruned =
    decision.kind === 'prune' ? await pruneGone(decision.gone, pass, settings, ports) : undefined;
  const left = without(inventory, forgotten(decision, pruned));
  await noteInventory(pass, left, ports);
  if (pruned !== undefined && pruned.faults.length > 0) {
    return { ...refusal('prune', pruned.faults, true), inventory: left };
  }
  const changed = objects.filter((object) => object.changed).length;
  const counts = {
    applied: changed,
    unchanged: wanted.size - changed,
    pruned: pruned?.deleted ?? 0,
    failed: 0,
    ignored,
  };
  tellApplied(pass, revision, counts, ports.events);
  const kept = keptOf(decision, pruned);
  const held = heldOf(decision, revision.shown);
  await pass.save((status, context) => settled(status, { revision, counts, kept, held }, context));
  return { kind: 'done', inventory: left };
}

async function pruneGone(
  gone: readonly Gone[],
  pass: SyncPass,
  { key, account }: SyncSettings,
  { actingAs, inFlight }: BringInPorts,
): Promise<Pruned> {
  const { discovery, metadataOf } = actingAs(account);
  return await prune(gone, key, { typeOf: typeAsApplied(discovery), metadataOf, inFlight }, pass.signal);
}

/** What is no longer looked after. What is held still is. */
function forgotten(decision: PruneDecision, pruned: Pruned | undefined): readonly string[] {
  if (decision.kind === 'let-go') return decision.gone.map(({ key }) => key);
  return pruned === undefined ? [] : [...pruned.gone, ...pruned.kept.map(({ key }) => key)];
}

function keptOf(decision: PruneDecision, pruned: Pruned | undefined): readonly KeptObject[] {
  if (decision.kind === 'let-go') {
    return decision.gone.map(({ entry }) => ({ object: nameOf(entry.id), why: 'spec.prune is not true' }));
  }
  return (pruned?.kept ?? []).map(({ object, why }) => ({ object, why }));
}

function mayHaveMoved(gone: readonly Gone[], sync: string): string {
  const [first] = gone;
  const name = first === undefined ? '' : nameOf(first.entry.id);
  const what = gone.length === 1 ? name : `${name} and ${String(gone.length - 1)} more objects`;
  return `${what} left this folder with a commit since which the folder of GitSync ${sync} cannot be read: to delete nothing that has moved there, nothing is deleted; mend that folder, or suspend that GitSync`;
}

function heldOf(decision: PruneDecision, revision: string): HeldPrune | undefined {
  if (decision.kind !== 'hold') return undefined;
  const { gone, of } = decision;
  const counted = `${String(gone.length)} of ${String(of)} objects would be deleted`;
  const wayOut = `put them back into Git, or set the annotation ${CONFIRM_PRUNE_ANNOTATION} of the GitSync to "${revision}" to have them deleted`;
  return {
    ...{ revision, count: gone.length, of },
    why: `${decision.why}: ${counted}; ${wayOut}`,
    objects: gone.slice(0, MAX_SHOWN).map(({ entry }) => nameOf(entry.id)),
  };
}
