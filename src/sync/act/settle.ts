import { syncOf } from '../../api/gitsync/owner.ts';
import { ADOPTED_ANNOTATION, syncFieldManager } from '../../api/names.ts';
import { ApiError } from '../../kube/errors.ts';
import { applyEntryOf, conflictsIn, type FieldConflict } from '../../kube/managed-fields.ts';
import type { KubeObject } from '../../kube/resource-type.ts';
import { refOf, type ApplyTask, type StagePorts, type TakenField } from './apply-task.ts';
import { contested, leaving, ownedBy } from './explain.ts';
import { foldableIn } from './foldable.ts';
import { foreignOwner } from './owner.ts';
import { refuse, type Refused } from './refused.ts';

/** How an apply comes to the fields that others own. */
export interface Settled {
  /** Others lose them. */
  readonly taken: readonly TakenField[];
  /** Whether fields of other managers become ours first. */
  readonly folds: boolean;
  /** Whether another GitSync had made it, and has handed it over. */
  readonly inherits: boolean;
}

/** Whether we may take these fields, by the object as it stands now. */
export async function settleConflicts(
  conflicts: readonly FieldConflict[],
  task: ApplyTask,
  ports: StagePorts,
  signal: AbortSignal,
): Promise<Settled | Refused> {
  const { resourceOf, manager, forceConflicts } = ports;
  const live = await resourceOf(task.type).get(refOf(task), signal);
  if (live === undefined) return { taken: [], folds: false, inherits: false };
  const obstacle = await obstacleIn(live, task, ports, signal);
  if (obstacle !== undefined) return obstacle;
  const foldable = foldableIn(live, manager);
  const taken = conflicts.filter((conflict) => !foldable.has(conflict.manager));
  return forceConflicts || taken.length === 0
    ? { taken, folds: foldable.size > 0, inherits: isOfGitSync(live) }
    : refuse(contested(taken, task));
}

export function conflictsOf(caught: unknown): readonly FieldConflict[] {
  return caught instanceof ApiError ? conflictsIn(caught) : [];
}

/** Whether the GitSync that its labels name had made it, be it another one or this. */
export function isOfGitSync(live: KubeObject): boolean {
  const sync = syncOf(live);
  if (sync === undefined || live.metadata.annotations?.[ADOPTED_ANNOTATION] !== undefined) return false;
  return applyEntryOf(live, syncFieldManager(sync)) !== undefined;
}

/** Why nothing of the object may be written, whatever it holds. */
export async function obstacleIn(
  object: KubeObject,
  task: ApplyTask,
  { isFree }: Pick<StagePorts, 'isFree'>,
  signal: AbortSignal,
): Promise<Refused | undefined> {
  const owner = foreignOwner(object, task.object);
  if (owner !== undefined) {
    const free = owner.kind === 'sync' && (await isFree(owner.key, task.id, signal));
    if (!free) return refuse([ownedBy(owner, task)]);
  }
  return object.metadata.deletionTimestamp === undefined ? undefined : refuse([leaving(task)]);
}
