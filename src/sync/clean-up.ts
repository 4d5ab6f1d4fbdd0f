import type { GitSyncStatus, HeldPrune, KeptObject } from '../api/gitsync/git-sync.ts';
import { MAX_SHOWN } from '../api/gitsync/schema/limits.ts';
import type { SyncSettings } from '../api/gitsync/settings.ts';
import { CONFIRM_PRUNE_ANNOTATION } from '../api/names.ts';
import { prune, type Pruned } from './act/prune.ts';
import type { ApplyEnd } from './apply-revision.ts';
import { isConfirmed } from './decide/is-settled.ts';
import { type ExchangePorts, waitFor } from './exchange.ts';
import { faultOf, heldBack, type HeldBack } from './held-back.ts';
import { decidePrune, type Gone, type PruneDecision } from './decide/prune.ts';
import { type BringInEnd, refusal } from './end.ts';
import type { Revision } from './fetch/find-revision.ts';
import { leaving, without } from './inventory/entry.ts';
import { nameOf } from './name-of.ts';
import { noteInventory } from './note-inventory.ts';
import type { SyncPass } from './pass.ts';
import type { BringInPorts } from './ports.ts';
import { settled } from './record/settled.ts';
import { tellApplied, tellHeld } from './record/tell.ts';
import { typeAsApplied } from './type-as-applied.ts';

export interface CleanUpInput {
  readonly revision: Revision;
  /** All that Git holds is applied. */
  readonly applied: Extract<ApplyEnd, { kind: 'applied' }>;
  /** Ids of all that Git holds, applied or left alone. */
  readonly inGit: ReadonlySet<string>;
  readonly ignored: number;
  /** What has its labels and is not in Git, of which nobody knows more. */
  readonly strays: readonly KeptObject[];
}

/** Nobody tells when another GitSync has been suspended. */
const OTHERS_MEND_MS = 15_000;

const NOTHING_HELD: HeldBack = { objects: new Map(), unclearMs: 0 };

/** Deletes what has left Git, once all that Git holds is applied, and says what has become of the revision. */
export async function cleanUp(
  pass: SyncPass,
  settings: SyncSettings,
  { revision, applied, inGit, ignored, strays }: CleanUpInput,
  ports: BringInPorts & ExchangePorts,
): Promise<BringInEnd> {
  const { objects } = applied;
  const { annotations } = pass.sync().metadata;
  const confirmed = isConfirmed(annotations, revision.shown);
  const { shown } = revision;
  const held =
    settings.prune && !confirmed
      ? heldBack(pass, { revision: shown, inventory: applied.inventory, inGit, objects }, ports)
      : NOTHING_HELD;
  if (held.unclearMs > 0) {
    tellApplied(pass, revision, countsOf(applied, 0, ignored), ports.events);
    return { kind: 'waiting', ms: held.unclearMs, inventory: applied.inventory };
  }
  const decision = decidePrune({
    ...{ inventory: applied.inventory, prune: settings.prune, confirmed },
    wanted: new Set([...inGit, ...held.objects.keys()]),
  });
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
  const counts = countsOf(applied, pruned?.deleted ?? 0, ignored);
  tellApplied(pass, revision, counts, ports.events);
  const [first] = held.objects.values();
  if (first !== undefined) {
    const fault = faultOf(held.objects, left, shown, confirmWith(shown));
    // What cannot be read takes another commit: nobody waits for that.
    const waiting =
      first.because === 'it cannot be read' ? undefined : await waitFor(first.by, pass, shown, left, ports);
    if (waiting !== undefined) return waiting;
    // All of it is in the cluster, and put back from now on when somebody changes it.
    pass.note((status) => ({ ...status, appliedRevision: shown }));
    return { ...refusal('prune', [fault], true), atMostMs: OTHERS_MEND_MS, inventory: left };
  }
  ports.readings.ended(pass.key);
  const kept = [...keptOf(decision, pruned), ...strays];
  const heldPrune = heldOf(decision, shown);
  if (heldPrune !== undefined) tellHeld(pass, heldPrune, ports.events);
  await pass.save((status, context) => settled(status, { revision, counts, kept, held: heldPrune }, context));
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

function countsOf(
  { wanted, objects }: CleanUpInput['applied'],
  pruned: number,
  ignored: number,
): NonNullable<GitSyncStatus['counts']> {
  const changed = objects.filter((object) => object.changed).length;
  return { applied: changed, unchanged: wanted.size - changed, pruned, failed: 0, ignored };
}

function confirmWith(revision: string): string {
  return `set the annotation ${CONFIRM_PRUNE_ANNOTATION} of the GitSync to "${revision}" to have them deleted`;
}

function heldOf(decision: PruneDecision, revision: string): HeldPrune | undefined {
  if (decision.kind !== 'hold') return undefined;
  const { gone, of } = decision;
  const counted = `${String(gone.length)} of ${String(of)} objects would be deleted`;
  const wayOut = `put them back into Git, or ${confirmWith(revision)}`;
  return {
    ...{ revision, count: gone.length, of },
    why: `${decision.why}: ${counted}; ${wayOut}`,
    objects: gone.slice(0, MAX_SHOWN).map(({ entry }) => nameOf(entry.id)),
  };
}
