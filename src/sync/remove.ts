import type { GitSync } from '../api/gitsync/git-sync.ts';
import { asOperatorError, describe } from '../api/errors.ts';
import { type SyncSettings, syncSettingsOf } from '../api/gitsync/settings.ts';
import { SYNC_FINALIZER } from '../api/names.ts';
import { type FinalizerPorts, hasFinalizer, removeFinalizer } from '../kube/finalizers.ts';
import type { Outcome } from '../kube/outcome.ts';
import type { Lifeline } from '../kube/vigil.ts';
import { prune } from './act/prune.ts';
import { without } from './inventory/entry.ts';
import { heldElsewhere, type Other, unknownIn } from './decide/moves.ts';
import { type ExchangePorts, othersOf } from './exchange.ts';
import { createSyncPass, type SyncPass, type SyncPassPorts } from './pass.ts';
import type { BringInPorts } from './ports.ts';
import { type FailPorts, recordFailure } from './record/fail.ts';
import { sentenceOf } from './record/failure.ts';
import { PATIENCE_MS } from './readings.ts';
import { tellHanded, tellStay } from './record/tell.ts';
import { typeAsApplied } from './type-as-applied.ts';

export type SyncRemovePorts = SyncPassPorts &
  FailPorts &
  FinalizerPorts<GitSync> &
  ExchangePorts &
  Pick<BringInPorts, 'actingAs' | 'inventory' | 'inFlight'> & {
    /** Why the objects of a GitSync that goes have to stay; undefined if they need not. */
    readonly whyOrphan: (sync: GitSync, signal: AbortSignal) => Promise<string | undefined>;
  };

/** The commit with which it goes may have moved what it holds to another one, which takes so long to look. */
const OTHERS_LOOK_MS = 10_000;

const WAY_OUT = 'to let the GitSync go and keep its objects, set spec.deletionPolicy to orphan';

/** Ends what a deleted GitSync kept: deletes what it may prune if its policy says so, and lets the object go. */
export async function remove(
  sync: GitSync,
  ports: SyncRemovePorts,
  signal: AbortSignal,
  lifeline: Lifeline,
): Promise<Outcome> {
  if (!hasFinalizer(sync, SYNC_FINALIZER)) return { kind: 'done' };
  const pass = createSyncPass(sync, ports, signal, lifeline);
  const why =
    sync.spec.deletionPolicy === 'delete' ? await ports.whyOrphan(sync, signal) : 'its policy is orphan';
  if (why === undefined) {
    const outcome = await deleteObjects(pass, ports);
    if (outcome !== undefined) return outcome;
  } else {
    pass.log.info('the objects of a deleted GitSync stay', { why });
  }
  await removeFinalizer(pass.sync(), SYNC_FINALIZER, ports, signal);
  return { kind: 'done' };
}

/** Undefined when nothing is left to delete. */
async function deleteObjects(pass: SyncPass, ports: SyncRemovePorts): Promise<Outcome | undefined> {
  const { signal } = pass;
  let settings: SyncSettings;
  try {
    settings = syncSettingsOf(pass.sync());
  } catch (caught) {
    const cause = `${describe(asOperatorError(caught))}; ${WAY_OUT}`;
    await recordFailure(pass, { step: 'spec', cause, retry: false }, ports);
    return { kind: 'stalled', cause };
  }
  const loaded = await ports.inventory.load(pass.sync(), signal);
  if (loaded.kind === 'lost') {
    tellStay(pass, ports.events);
    return undefined;
  }
  const { inventory } = loaded;
  const others = othersOf(pass.sync(), ports);
  const waiting = await untilOthersHaveLooked(pass, others, ports);
  if (waiting !== undefined) return waiting;
  const handed = heldElsewhere(inventory.keys(), others);
  if (handed.size > 0) tellHanded(pass, handed, ports.events);
  const gone = [...without(inventory, handed.keys())].map(([key, entry]) => ({ key, entry }));
  const { discovery, metadataOf } = ports.actingAs(settings.account);
  const own = { typeOf: typeAsApplied(discovery), metadataOf, inFlight: ports.inFlight };
  const pruned = await prune(gone, settings.key, own, signal);
  if (pruned.faults.length === 0) return undefined;
  const left = without(inventory, [...pruned.gone, ...pruned.kept.map(({ key }) => key)]);
  const saved = await ports.inventory.save(pass.sync(), left, signal);
  pass.note((status) => ({ ...status, inventory: saved }));
  const cause = `${sentenceOf(pruned.faults)}; ${WAY_OUT}`;
  const ms = await recordFailure(pass, { step: 'prune', cause, faults: pruned.faults, retry: true }, ports);
  return { kind: 'retry', ms: ms ?? 60_000 };
}

/** From when this process first sees it: after a start nobody has read anything. */
async function untilOthersHaveLooked(
  pass: SyncPass,
  others: ReadonlyMap<string, Other>,
  ports: SyncRemovePorts,
): Promise<Outcome | undefined> {
  if (!others.values().some(({ isBeside }) => isBeside)) return undefined;
  const leftMs = ports.readings.patienceMs(pass.key, 'its deletion');
  const sinceMs = PATIENCE_MS - leftMs;
  if (sinceMs < OTHERS_LOOK_MS) return { kind: 'wait', ms: OTHERS_LOOK_MS - sinceMs };
  const unknown = unknownIn(others);
  if (unknown === undefined) return undefined;
  if (leftMs > 0) return { kind: 'wait', ms: leftMs };
  const cause = `nothing is deleted yet: GitSync ${unknown} reads the same repository, and nobody knows whether it has these objects in Git; mend or suspend that one, or, ${WAY_OUT}`;
  const ms = await recordFailure(pass, { step: 'prune', cause, retry: true }, ports);
  return { kind: 'retry', ms: ms ?? 60_000 };
}
