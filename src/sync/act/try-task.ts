import type { KubeObject } from '../../kube/resource-type.ts';
import { refOf, type ApplyTask, type StagePorts } from './apply-task.ts';
import { foldableIn, mayNeedFold } from './foldable.ts';
import type { Needed } from './refusal.ts';
import { isRefused, judged, refusalIn, type Refused } from './refused.ts';
import { send } from './send.ts';
import { conflictsOf, isOfGitSync, obstacleIn, settleConflicts, type Settled } from './settle.ts';

/** It can be applied, as far as can be told without doing it. */
export interface Ready extends Settled {
  readonly kind: 'ready';
  readonly task: ApplyTask;
  readonly existed: boolean;
  /** Whether it was there, and no GitSync had made it. */
  readonly adopted: boolean;
  /** As it stood; undefined for what was not there. */
  readonly resourceVersion: string | undefined;
  /** The words of a webhook because of which it could not be tried. */
  readonly untested?: string;
}

export interface TryContext {
  readonly ports: StagePorts;
  /** Whether what an object needs comes in the same stage. */
  readonly isComing: (needed: Needed, task: ApplyTask) => boolean;
}

/** Asks the API server what an apply would do. Throws for trouble of the platform only. */
export async function tryTask(
  task: ApplyTask,
  { ports, isComing }: TryContext,
  signal: AbortSignal,
): Promise<Ready | Refused> {
  return judged(task, ports, async () => {
    try {
      return await dryRun(task, ports, signal);
    } catch (caught) {
      const refusal = refusalIn(caught, task);
      if (refusal?.kind === 'untestable') {
        return await look(task, ports, signal, { untested: refusal.said });
      }
      if (refusal?.kind === 'depends' && isComing(refusal.on, task)) return await look(task, ports, signal);
      throw caught;
    }
  });
}

async function dryRun(task: ApplyTask, ports: StagePorts, signal: AbortSignal): Promise<Ready | Refused> {
  const { manager, resourceOf } = ports;
  const apply = (force: boolean): Promise<KubeObject> => send(task, ports, { force, dryRun: true }, signal);
  try {
    const applied = await apply(false);
    const obstacle = await obstacleIn(applied, task, ports, signal);
    if (obstacle !== undefined) return obstacle;
    // What is there and not in the inventory may have been ours before.
    const isFound = task.known === undefined && applied.metadata.resourceVersion !== undefined;
    const live =
      isFound || mayNeedFold(applied, manager)
        ? await resourceOf(task.type).get(refOf(task), signal)
        : undefined;
    const found = foundOn(live, manager);
    return { ...ready(task, applied, found.inherits), taken: [], ...found };
  } catch (caught) {
    const conflicts = conflictsOf(caught);
    if (conflicts.length === 0) throw caught;
    const settled = await settleConflicts(conflicts, task, ports, signal);
    if (isRefused(settled)) return settled;
    // What else is wrong with it is told only when there are no conflicts.
    const applied = await apply(true);
    return (
      (await obstacleIn(applied, task, ports, signal)) ?? {
        ...ready(task, applied, settled.inherits),
        ...settled,
      }
    );
  }
}

/** For what cannot be tried: as much as can be told of it from the object as it stands. */
async function look(
  task: ApplyTask,
  ports: StagePorts,
  signal: AbortSignal,
  more: Pick<Ready, 'untested'> = {},
): Promise<Ready | Refused> {
  const { resourceOf, manager } = ports;
  const live = await resourceOf(task.type).get(refOf(task), signal);
  const obstacle = live && (await obstacleIn(live, task, ports, signal));
  if (obstacle !== undefined) return obstacle;
  const found = foundOn(live, manager);
  return { ...ready(task, live, found.inherits), taken: [], ...found, ...more };
}

/** What the object as it stands tells of whose it was. */
function foundOn(live: KubeObject | undefined, manager: string): Pick<Settled, 'folds' | 'inherits'> {
  if (live === undefined) return { folds: false, inherits: false };
  return { folds: foldableIn(live, manager).size > 0, inherits: isOfGitSync(live) };
}

/** The answer to a dry run has the resourceVersion of the object as it stands, and none if there is no object. */
function ready(
  task: ApplyTask,
  answer: KubeObject | undefined,
  inherits = false,
): Pick<Ready, 'kind' | 'task' | 'existed' | 'adopted' | 'resourceVersion'> {
  const { resourceVersion, uid } = answer?.metadata ?? {};
  const existed = resourceVersion !== undefined;
  const adopted = existed && !inherits && !isOurs(task, uid);
  return { kind: 'ready', task, existed, adopted, resourceVersion };
}

/** Another object by the same name is not what we had made. */
function isOurs({ known }: ApplyTask, uid: string | undefined): boolean {
  return known?.made === true && (known.uid === undefined || known.uid === uid);
}
