import type { ObjectId } from '../../api/object-id.ts';
import type { KubeObject } from '../../kube/resource-type.ts';
import { ownFields } from '../../kube/managed-fields.ts';
import { markAdopted } from '../desire/mark.ts';
import { withoutFields } from '../observe/without-fields.ts';
import { refOf, type StagePorts, type TakenField } from './apply-task.ts';
import { contested } from './explain.ts';
import { fold } from './fold.ts';
import { asInGit } from '../spec-digest.ts';
import { trailDigest } from '../trail-digest.ts';
import { isRefused, judged, refuse, type Refused } from './refused.ts';
import { send } from './send.ts';
import { conflictsOf, settleConflicts } from './settle.ts';
import type { Ready } from './try-task.ts';

export interface AppliedObject {
  readonly id: ObjectId;
  readonly uid: string;
  /** Before the first of our writes. */
  readonly existed: boolean;
  /** Whether it was there, and no GitSync had made it. */
  readonly adopted: boolean;
  /** Also true if somebody else has changed it in this very moment. */
  readonly changed: boolean;
  readonly taken: readonly TakenField[];
  /** Of the fields that are ours now: another one when somebody has changed one of them. */
  readonly fields: string | undefined;
  readonly generation: number | undefined;
  /** Digest of what it says of where it comes from. */
  readonly trail: string | undefined;
  /** Its spec, without what somebody else has added to it. */
  readonly spec: unknown;
}

const MAX_TRIES = 3;

function specOf(object: KubeObject & { readonly spec?: unknown }): unknown {
  return object.spec;
}

/** Never takes a field that was not told before: who owns it by then is looked at again. */
export async function applyObject(
  ready: Ready,
  ports: StagePorts,
  signal: AbortSignal,
): Promise<AppliedObject | Refused> {
  return judged(ready.task, ports, () => apply(ready, ports, signal));
}

async function apply(
  { task, existed, resourceVersion, ...found }: Ready,
  ports: StagePorts,
  signal: AbortSignal,
): Promise<AppliedObject | Refused> {
  let { taken, folds, adopted } = found;
  for (let tries = 1; ; tries += 1) {
    if (folds) await fold(refOf(task), ports.manager, ports.resourceOf(task.type), signal);
    try {
      const wanted = adopted ? { ...task, object: markAdopted(task.object) } : task;
      const applied = await send(wanted, ports, { force: taken.length > 0 }, signal);
      const { metadata } = applied;
      const fields = ownFields(applied, ports.manager, withoutFields(task.ignored));
      const changed = metadata.resourceVersion !== resourceVersion;
      return {
        id: task.id,
        uid: metadata.uid ?? '',
        existed,
        adopted,
        changed,
        taken,
        fields,
        generation: metadata.generation,
        trail: trailDigest(applied),
        spec: asInGit(specOf(applied), specOf(wanted.object)),
      };
    } catch (caught) {
      const conflicts = conflictsOf(caught);
      if (conflicts.length === 0) throw caught;
      if (tries === MAX_TRIES) return refuse(contested(conflicts, task));
      const settled = await settleConflicts(conflicts, task, ports, signal);
      if (isRefused(settled)) return settled;
      ({ taken, folds } = settled);
      adopted &&= !settled.inherits;
    }
  }
}
