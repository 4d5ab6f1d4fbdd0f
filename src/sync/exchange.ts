import type { GitSync } from '../api/gitsync/git-sync.ts';
import { keyOf } from '../api/metadata.ts';
import { inProgress } from '../api/standing.ts';
import { decideMoves, isGiving, type Moves, type Other } from './decide/moves.ts';
import type { BringInEnd } from './end.ts';
import { type Inventory, without } from './inventory/entry.ts';
import { noteInventory } from './note-inventory.ts';
import type { SyncPass } from './pass.ts';
import type { BringInPorts } from './ports.ts';
import type { Readings } from './readings.ts';
import { tellHanded } from './record/tell.ts';
import type { IsBeside } from './source-key.ts';

export interface ExchangePorts {
  readonly readings: Readings;
  /** All GitSyncs that are known. */
  readonly syncs: () => Iterable<GitSync>;
  readonly isBeside: IsBeside;
}

export interface Held {
  readonly revision: string;
  /** Ids of all that Git holds. */
  readonly ids: ReadonlySet<string>;
  readonly inventory: Inventory;
}

/** Whoever changes or adds two GitSyncs with one command or commit has done so by then. */
export const UNCLEAR_MS = 5_000;

/** Says what the folder holds, and lets go of what other GitSyncs ask for that have it in theirs. */
export async function handOver(
  pass: SyncPass,
  { revision, ids, inventory }: Held,
  ports: BringInPorts & ExchangePorts,
): Promise<Inventory> {
  const { generation, key } = pass;
  const before = ports.readings.of(key);
  if (before !== undefined && before.generation !== generation) ports.readings.doubt(key, UNCLEAR_MS);
  const leaving = new Set(inventory.keys()).difference(ids);
  if (leaving.size === 0) {
    ports.readings.put(key, { revision, generation, ids, leaving });
    return inventory;
  }
  const { handed } = movesOf(pass, revision, leaving, ports);
  const left = without(inventory, handed.keys());
  if (handed.size > 0) {
    await noteInventory(pass, left, ports);
    await pass.save();
    tellHanded(pass, handed, ports.events);
  }
  // Those who wait look whether they may take it: by then it has to be let go of.
  ports.readings.put(key, { revision, generation, ids, leaving: leaving.difference(new Set(handed.keys())) });
  return left;
}

/** What becomes of objects that have left the folder, by what the other GitSyncs have read. */
export function movesOf(
  pass: SyncPass,
  revision: string,
  leaving: Iterable<string>,
  ports: ExchangePorts,
): Moves {
  return decideMoves({ revision, leaving, others: othersOf(pass.sync(), ports) });
}

/** A GitSync that is about to let go of one of these objects. */
export function giverOf(
  pass: SyncPass,
  revision: string,
  asked: ReadonlyMap<string, string>,
  ports: ExchangePorts,
): string | undefined {
  const others = othersOf(pass.sync(), ports);
  return asked.entries().find(([id, owner]) => {
    const other = others.get(owner);
    return other !== undefined && isGiving(other, id, revision);
  })?.[1];
}

/** Undefined when another GitSync has been waited for long enough. */
export async function waitFor(
  other: string,
  pass: SyncPass,
  revision: string,
  inventory: Inventory,
  { readings }: ExchangePorts,
): Promise<BringInEnd | undefined> {
  const ms = readings.patienceMs(pass.key, revision);
  if (ms === 0) return undefined;
  await pass.save((status, context) =>
    inProgress(
      { ...status, attemptedRevision: revision },
      `waiting for GitSync ${other} to look at ${revision}, with which something may have moved between the two`,
      context,
    ),
  );
  return { kind: 'waiting', ms, inventory };
}

/** All others that are not suspended or on their way out. */
export function othersOf(
  own: GitSync,
  { syncs, readings, isBeside }: ExchangePorts,
): ReadonlyMap<string, Other> {
  const others = new Map<string, Other>();
  for (const sync of syncs()) {
    const { metadata, spec, status } = sync;
    const key = keyOf(sync);
    if (key === keyOf(own) || spec.suspend === true || metadata.deletionTimestamp !== undefined) continue;
    const mayLook = status?.appliedRevision !== undefined || status?.failure === undefined;
    others.set(key, {
      isBeside: isBeside(own, sync),
      mayLook,
      generation: metadata.generation ?? 0,
      reading: readings.of(key),
      asks: readings.asksOf(key),
    });
  }
  return others;
}
