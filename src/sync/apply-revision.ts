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
import type { BroughtBy } from './brought-by.ts';
import { type ChartCommitInput, chartCommitOf, chartPlaceOf } from './chart-commit.ts';
import { stageOf } from './decide/stage.ts';
import { mark } from './desire/mark.ts';
import type { OwnCharts } from './desire/own-chart.ts';
import { place } from './desire/place.ts';
import { type Wanted, wantedOf } from './desire/wanted.ts';
import type { Fault, SourceDocument } from './document.ts';
import { applied, type Entry, intended, type Inventory, restored } from './inventory/entry.ts';
import { idOf } from './id-of.ts';
import { isHelmRelease } from './is-helm-release.ts';
import { specDigest } from './spec-digest.ts';
import { nameOf } from './name-of.ts';
import type { TrailAt } from './trail-at.ts';

export interface ApplyInput extends ChartCommitInput {
  readonly settings: SyncSettings;
  readonly documents: readonly SourceDocument[];
  readonly inventory: Inventory;
  readonly charts: OwnCharts;
  /** Whether an object is to be applied, by what is known of the last time. */
  readonly isDue: (wanted: Wanted, entry: Entry | undefined) => boolean;
}

export interface ApplyRevisionPorts {
  readonly discovery: Pick<Discovery, 'find'>;
  readonly stage: Omit<StagePorts, 'beforeApply'>;
  readonly trailAt: TrailAt;
  /** Asked only when there is something to apply. */
  readonly findBroughtBy: () => Promise<BroughtBy>;
  readonly digestKey: Buffer;
  /** Writes down what is about to be applied: after a kill it is known whose it is. */
  readonly saveIntents: (inventory: Inventory) => Promise<void>;
}

export type ApplyEnd = {
  readonly inventory: Inventory;
  /** What was applied though nobody could try it before. */
  readonly warnings: readonly Fault[];
} & (
  | {
      readonly kind: 'applied';
      /** By id: all that Git holds. */
      readonly wanted: ReadonlyMap<string, Wanted>;
      readonly objects: readonly AppliedObject[];
    }
  /** What had been applied by then is in the inventory. */
  | {
      readonly kind: 'refused';
      readonly step: 'dryRun' | 'apply';
      readonly faults: readonly Fault[];
      readonly retry: boolean;
    }
);

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
      const { faults, retry } = here;
      return { kind: 'refused', step: 'dryRun', faults, retry, inventory, warnings };
    }
    const due = here.wanted.filter((each) => input.isDue(each, inventory.get(each.key)));
    const before = inventory;
    const commitOf = commitsOf(input, before, due.length === 0 ? undefined : await ports.findBroughtBy());
    const tasks = await Promise.all(due.map((each) => marked(each, inventory, input, commitOf, ports)));
    const end = await applyStage(
      tasks,
      {
        ...ports.stage,
        beforeApply: async (ids) => {
          inventory = intended(inventory, ids.map(withKind(wanted, input, before)), input.commit);
          await ports.saveIntents(inventory);
        },
      },
      signal,
    );
    inventory = applied(
      inventory,
      end.objects.map(entryOf(wanted, input, before, { commitOf, digestKey: ports.digestKey })),
    );
    warnings.push(...end.warnings);
    if (end.kind === 'refused') {
      const done = new Set(end.objects.map(({ id }) => formatId(id)));
      const left = due.map(({ key }) => key).filter((key) => !done.has(key));
      return { ...refusal(end), inventory: restored(inventory, before, left), warnings };
    }
    objects.push(...end.objects);
  }
  return { kind: 'applied', inventory, wanted, objects, warnings };
}

function refusal({ step, faults, retry }: Extract<StageResult, { kind: 'refused' }>) {
  return { kind: 'refused', step, faults, retry: retry === 'backoff' } as const;
}

/** Adds to what is wanted already. */
async function wantedIn(
  documents: readonly SourceDocument[],
  known: Map<string, Wanted>,
  { settings, charts }: ApplyInput,
  { discovery, digestKey }: ApplyRevisionPorts,
  signal: AbortSignal,
): Promise<{
  readonly wanted: readonly Wanted[];
  readonly faults: readonly Fault[];
  readonly retry: boolean;
}> {
  const { placed, faults } = await place(documents, settings.key.namespace, discovery, signal);
  const wanted = placed.map((each) => wantedOf(each, settings.ignore, charts, digestKey));
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
  input: ApplyInput,
  commitOf: CommitOf,
  { trailAt }: ApplyRevisionPorts,
): Promise<ApplyTask> {
  const entry = inventory.get(wanted.key);
  const trail = { ...(await trailAt(commitOf(wanted))), path: wanted.file };
  const chartCommit = chartCommitOf(wanted, entry, input);
  const { file, index, line, id, type, ignored, object } = wanted;
  return {
    ...{ file, index, line, id, type, ignored, known: entry },
    object: mark(object, input.settings.key, trail, chartCommit),
  };
}

/** Which commit brought the content of an object. */
type CommitOf = (wanted: Wanted) => string;

function commitsOf({ commit }: ApplyInput, before: Inventory, broughtBy?: BroughtBy): CommitOf {
  return ({ key, digest, file }) => {
    const entry = before.get(key);
    return entry?.digest === digest ? entry.commit : (broughtBy?.(file) ?? commit);
  };
}

function withKind(wanted: ReadonlyMap<string, Wanted>, input: ApplyInput, before: Inventory) {
  return ({ id, adopted }: { readonly id: ObjectId; readonly adopted: boolean }) => {
    const key = formatId(id);
    const one = wanted.get(key);
    const chart = chartPlaceOf(one, before, input);
    return {
      ...{ key, id, adopted, version: one?.type.version ?? '', digest: one?.digest ?? '' },
      ...(chart === undefined ? {} : { chart }),
    };
  };
}

function entryOf(
  wanted: ReadonlyMap<string, Wanted>,
  input: ApplyInput,
  before: Inventory,
  { commitOf, digestKey }: { readonly commitOf: CommitOf; readonly digestKey: Buffer },
) {
  return ({ id, uid, fields, generation, trail, spec, adopted }: AppliedObject) => {
    const key = formatId(id);
    const one = wanted.get(key);
    const chart = chartPlaceOf(one, before, input);
    return {
      ...{ key, uid, adopted, digest: one?.digest ?? '', version: one?.type.version ?? '' },
      commit: one === undefined ? input.commit : commitOf(one),
      ...(fields === undefined ? {} : { fields }),
      ...(generation === undefined || !isHelmRelease(id) ? {} : { generation }),
      ...(trail === undefined || !isHelmRelease(id) ? {} : { trail }),
      ...(isHelmRelease(id) ? { spec: specDigest(spec, one?.ignored ?? [], digestKey) } : {}),
      ...(chart === undefined ? {} : { charts: [chart] }),
    };
  };
}
