import { GITOPS_GROUP, SYNC_KIND } from '../api/names.ts';
import type { AppliedObject } from './act/apply-stage.ts';
import type { KeptBack } from './decide/moves.ts';
import type { Fault } from './document.ts';
import { type ExchangePorts, movesOf, UNCLEAR_MS } from './exchange.ts';
import type { Inventory } from './inventory/entry.ts';
import { nameOf } from './name-of.ts';
import type { SyncPass } from './pass.ts';

export interface HeldBackInput {
  readonly revision: string;
  readonly inventory: Inventory;
  readonly inGit: ReadonlySet<string>;
  /** What this pass has applied. */
  readonly objects: readonly AppliedObject[];
}

export interface HeldBack {
  /** By id. */
  readonly objects: ReadonlyMap<string, KeptBack>;
  /** For so many milliseconds nobody can say who else is concerned. */
  readonly unclearMs: number;
}

/** What has left Git and must not be deleted yet, because it may have moved to the folder of another GitSync. */
export function heldBack(
  pass: SyncPass,
  { revision, inventory, inGit, objects }: HeldBackInput,
  ports: ExchangePorts,
): HeldBack {
  const gone = [...inventory.keys()].filter((id) => !inGit.has(id));
  if (gone.length === 0) return { objects: new Map(), unclearMs: 0 };
  const { handed, keptBack } = movesOf(pass, revision, gone, ports);
  // Asked for since the pass began: the next one hands it over.
  const asked = [...handed].map(([id, by]) => [id, { by, because: 'it is wanted' }] as const);
  const isSyncNew = objects.some(
    ({ id, changed }) => changed && id.kind === SYNC_KIND && id.group === GITOPS_GROUP,
  );
  if (isSyncNew) ports.readings.doubt(pass.key, UNCLEAR_MS);
  return { objects: new Map([...keptBack, ...asked]), unclearMs: ports.readings.doubtMs(pass.key) };
}

const SENTENCES: Readonly<Record<KeptBack['because'], (sync: string, revision: string) => string>> = {
  'it is wanted': (sync) => `GitSync ${sync} has it in Git and has not taken it`,
  'it has not looked': (sync, revision) =>
    `GitSync ${sync}, to whose folder it may have moved, has not looked at ${revision}`,
  'it cannot be read': (sync, revision) =>
    `the folder of GitSync ${sync}, to which it may have moved, cannot be read at ${revision}`,
};

/** Why nothing is deleted, with the way out. */
export function faultOf(
  held: ReadonlyMap<string, KeptBack>,
  inventory: Inventory,
  revision: string,
  wayOut: string,
): Fault {
  const [[id, { by, because }] = ['', { by: '', because: 'it is wanted' as const }]] = held;
  const entry = inventory.get(id);
  const more = held.size === 1 ? '' : `, and ${String(held.size - 1)} more objects`;
  return {
    ...(entry === undefined ? {} : { object: nameOf(entry.id) }),
    why: `it has left this folder${more}, and is not deleted yet: ${SENTENCES[because](by, revision)}; mend or suspend that one, or ${wayOut}`,
  };
}
