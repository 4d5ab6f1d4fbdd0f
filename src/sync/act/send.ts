import { ApiError } from '../../kube/errors.ts';
import { conflictsIn } from '../../kube/managed-fields.ts';
import type { KubeObject } from '../../kube/resource-type.ts';
import { refOf, type ApplyTask, type StagePorts } from './apply-task.ts';
import { besideOthers } from './beside-others.ts';

interface SendOptions {
  readonly force: boolean;
  readonly dryRun?: boolean;
}

const MAX_TRIES = 3;

/** Applies an object, or tries to. Of one that is there the ignored fields stay as they are in this very moment. */
export async function send(
  task: ApplyTask,
  { resourceOf, manager }: Pick<StagePorts, 'resourceOf' | 'manager'>,
  { force, dryRun = false }: SendOptions,
  signal: AbortSignal,
): Promise<KubeObject> {
  const { type, object, ignored } = task;
  const objects = resourceOf(type);
  for (let tries = 1; ; tries += 1) {
    const live = ignored.length === 0 ? undefined : await objects.get(refOf(task), signal);
    const sent = live === undefined ? object : besideOthers(object, live, { manager, ignored });
    try {
      return await objects.apply(
        sent,
        { fieldManager: manager, force, ...(dryRun ? { dryRun } : {}), fieldValidation: 'Strict' },
        signal,
      );
    } catch (caught) {
      if (ignored.length === 0 || !isOvertaken(caught) || tries === MAX_TRIES) throw caught;
    }
  }
}

/** Somebody has changed the object meanwhile. A field that another manager has set would be no less his with the next try. */
function isOvertaken(caught: unknown): boolean {
  return caught instanceof ApiError && caught.status === 409 && conflictsIn(caught).length === 0;
}
