import type { ApplyTask, StagePorts } from './apply-task.ts';
import { atOnce } from './at-once.ts';
import type { Needed } from './refusal.ts';
import { isRefused, type Refused } from './refused.ts';
import { tryTask, type Ready } from './try-task.ts';

export interface StageReady {
  readonly kind: 'ready';
  readonly ready: readonly Ready[];
}

/** Has all objects of a stage tried by the API server, and says all that is wrong with them. */
export async function tryStage(
  tasks: readonly ApplyTask[],
  ports: StagePorts,
  signal: AbortSignal,
): Promise<StageReady | Refused> {
  const coming = new Set(tasks.map(({ type, id }) => keyOf(type, id.namespace, id.name)));
  const isComing = ({ group, plural, namespace, name }: Needed, { id }: ApplyTask): boolean =>
    [namespace ?? id.namespace, ''].some((place) => coming.has(keyOf({ group, plural }, place, name)));

  const tried = await atOnce(tasks, ports.inFlight, signal, (task) =>
    tryTask(task, { ports, isComing }, signal),
  );
  const refused = tried.filter(isRefused);
  if (refused.length > 0) return together(refused);
  return { kind: 'ready', ready: tried.filter((one) => !isRefused(one)) };
}

/** Worth another try by itself as soon as that may help one of them: then the faults are told anew. */
export function together(refused: readonly Refused[]): Refused {
  return {
    kind: 'refused',
    faults: refused.flatMap(({ faults }) => faults),
    retry: refused.some(({ retry }) => retry === 'backoff') ? 'backoff' : 'after-change',
  };
}

function keyOf(type: Pick<ApplyTask['type'], 'group' | 'plural'>, namespace: string, name: string): string {
  return [type.group, type.plural, namespace, name].join('/');
}
