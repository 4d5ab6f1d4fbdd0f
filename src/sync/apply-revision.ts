import type { SyncSettings } from '../api/gitsync/settings.ts';
import { formatId, type ObjectId } from '../api/object-id.ts';
import type { Discovery } from '../kube/discovery.ts';
import {
  type AppliedObject,
  applyStage,
  type ApplyTask,
  type StagePorts,
  type StageResult,
} from './act/apply-stage.ts';
import { stageOf } from './decide/stage.ts';
import { mark } from './desire/mark.ts';
import { place } from './desire/place.ts';
import { type Wanted, wantedOf } from './desire/wanted.ts';
import type { Fault, SourceDocument } from './document.ts';
import { applied, type Entry, intended, type Inventory, restored } from './inventory/entry.ts';
import { nameOf } from './name-of.ts';
import type { TrailAt } from './trail-at.ts';

export interface ApplyInput {
  readonly settings: SyncSettings;
  readonly documents: readonly SourceDocument[];
  readonly inventory: Inventory;
  readonly commit: string;
  /** Whether an object is to be applied, by what is known of the last time. */
  readonly isDue: (wanted: Wanted, entry: Entry | undefined) => boolean;
}

export interface ApplyRevisionPorts {
  readonly discovery: Pick<Discovery, 'find'>;
  readonly stage: Omit<StagePorts, 'beforeApply'>;
  readonly trailAt: TrailAt;
  readonly digestKey: Buffer;
  /** Writes down what is about to be applied: after a kill it is known whose it is. */
  readonly saveIntents: (inventory: Inventory) => Promise<void>;
}

export type ApplyEnd =
  | {
      readonly kind: 'applied';
      readonly inventory: Inventory;
      /** By id: all that Git holds. */
      readonly wanted: ReadonlyMap<string, Wanted>;
      readonly objects: readonly AppliedObject[];
      readonly warnings: readonly Fault[];
    }
  /** What had been applied by then is in the inventory. */
  | {
      readonly kind: 'refused';
      readonly step: 'dryRun' | 'apply';
      readonly faults: readonly Fault[];
      readonly retry: boolean;
      readonly inventory: Inventory;
    };

const STAGES = ['definitions', 'objects'] as const;

/** Applies what is due stage by stage, each as a whole or not at all. */
export async function applyRevision(
  input: ApplyInput,
  ports: ApplyRevisionPorts,
  signal: AbortSignal,
): Promise<ApplyEnd> {
  const byStage = Map.groupBy(input.documents, (document) => stageOf(idOf(document)));
  const wanted = new Map<string, Wanted>();
  const objects: AppliedObject[] = [];
  const warnings: Fault[] = [];
  let { inventory } = input;
  for (const stage of STAGES) {
    const here = await wantedIn(byStage.get(stage) ?? [], wanted, input, ports, signal);
    if (here.faults.length > 0) {
      return { kind: 'refused', step: 'dryRun', faults: here.faults, retry: here.retry, inventory };
    }
    const due = here.wanted.filter((each) => input.isDue(each, inventory.get(each.key)));
    const before = inventory;
    const tasks = await Promise.all(due.map((each) => marked(each, inventory, input, ports)));
    const end = await applyStage(
      tasks,
      {
        ...ports.stage,
        beforeApply: async (ids) => {
          inventory = intended(inventory, ids.map(withKind(wanted)), input.commit);
          await ports.saveIntents(inventory);
        },
      },
      signal,
    );
    inventory = applied(inventory, end.objects.map(entryOf(wanted, input, before)));
    if (end.kind === 'refused') {
      const done = new Set(end.objects.map(({ id }) => formatId(id)));
      const left = due.map(({ key }) => key).filter((key) => !done.has(key));
      return refusal(end, restored(inventory, before, left));
    }
    objects.push(...end.objects);
    warnings.push(...end.warnings);
  }
  return { kind: 'applied', inventory, wanted, objects, warnings };
}

function refusal(
  { step, faults, retry }: Extract<StageResult, { kind: 'refused' }>,
  inventory: Inventory,
): ApplyEnd {
  return { kind: 'refused', step, faults, retry: retry === 'backoff', inventory };
}

/** Adds to what is wanted already. */
async function wantedIn(
  documents: readonly SourceDocument[],
  known: Map<string, Wanted>,
  { settings }: ApplyInput,
  { discovery, digestKey }: ApplyRevisionPorts,
  signal: AbortSignal,
): Promise<{
  readonly wanted: readonly Wanted[];
  readonly faults: readonly Fault[];
  readonly retry: boolean;
}> {
  const { placed, faults } = await place(documents, settings.key.namespace, discovery, signal);
  const wanted = placed.map((each) => wantedOf(each, digestKey));
  const twice: Fault[] = [];
  for (const each of wanted) {
    const other = known.get(each.key);
    if (other !== undefined) twice.push(writtenTwice(each, other));
    known.set(each.key, each);
  }
  // The kind of an object may be on its way; what is written twice stays so.
  return { wanted, faults: [...faults, ...twice], retry: faults.length > 0 };
}

/** Two documents that became one object when the namespace of the GitSync was filled in. */
function writtenTwice({ file, index, line, id }: Wanted, other: Wanted): Fault {
  const why = `it is written in ${other.file}, document ${String(other.index)}, as well: remove one of the two`;
  return { file, index, line, object: nameOf(id), why };
}

/** The trail names the commit that brought the content, which may be older than the one that is applied. */
async function marked(
  wanted: Wanted,
  inventory: Inventory,
  { settings, commit }: ApplyInput,
  { trailAt }: ApplyRevisionPorts,
): Promise<ApplyTask> {
  const trail = await trailAt(commitOf(wanted, inventory.get(wanted.key), commit));
  const { file, index, line, id, type, object } = wanted;
  return { ...{ file, index, line, id, type }, object: mark(object, settings.key, { ...trail, path: file }) };
}

function commitOf({ digest }: Wanted, entry: Entry | undefined, commit: string): string {
  return entry?.digest === digest ? entry.commit : commit;
}

function idOf({ object }: SourceDocument): ObjectId {
  const { apiVersion = '', kind = '', metadata } = object;
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  return { group, kind, namespace: metadata.namespace ?? '', name: metadata.name };
}

function withKind(wanted: ReadonlyMap<string, Wanted>) {
  return ({ id, existed }: { readonly id: ObjectId; readonly existed: boolean }) => {
    const key = formatId(id);
    const one = wanted.get(key);
    return { key, id, existed, version: one?.type.version ?? '', digest: one?.digest ?? '' };
  };
}

function entryOf(wanted: ReadonlyMap<string, Wanted>, { commit }: ApplyInput, before: Inventory) {
  return ({ id, uid, fields, existed }: AppliedObject) => {
    const key = formatId(id);
    const one = wanted.get(key);
    return {
      ...{ key, uid, existed, digest: one?.digest ?? '', version: one?.type.version ?? '' },
      commit: one === undefined ? commit : commitOf(one, before.get(key), commit),
      ...(fields === undefined ? {} : { fields }),
    };
  };
}
