import type { Retry } from '../../api/errors.ts';
import { formatId } from '../../api/object-id.ts';
import { CUSTOM_RESOURCE_DEFINITIONS } from '../../kube/resource-type.ts';
import { rankOf } from '../decide/rank.ts';
import type { Fault } from '../document.ts';
import { applyObject, type AppliedObject } from './apply-object.ts';
import type { ApplyTask, StagePorts } from './apply-task.ts';
import { atOnce } from './at-once.ts';
import { untested } from './explain.ts';
import { isRefused, refuse, type Refused } from './refused.ts';
import { together, tryStage } from './try-stage.ts';
import type { Ready } from './try-task.ts';

export type { AppliedObject } from './apply-object.ts';
export type { ApplyTask, StagePorts } from './apply-task.ts';

export type StageResult = {
  readonly objects: readonly AppliedObject[];
  /** Of these, what could not be tried before. */
  readonly warnings: readonly Fault[];
} & (
  | { readonly kind: 'applied' }
  | {
      readonly kind: 'refused';
      /** After a dry run nothing was written; after `apply`, what `objects` tells. */
      readonly step: 'dryRun' | 'apply';
      readonly faults: readonly Fault[];
      readonly retry: Retry;
    }
);

/**
 * Applies all objects of a stage, or none if the API server would refuse one. Throws for trouble of the platform: then
 * some may have been written, all of which `beforeApply` was told of.
 */
export async function applyStage(
  tasks: readonly ApplyTask[],
  ports: StagePorts,
  signal: AbortSignal,
): Promise<StageResult> {
  if (tasks.length === 0) return { kind: 'applied', objects: [], warnings: [] };
  const tried = await tryStage(tasks, ports, signal);
  if (tried.kind === 'refused') return { ...tried, step: 'dryRun', objects: [], warnings: [] };
  await ports.beforeApply(tried.ready.map(({ task: { id }, adopted }) => ({ id, adopted })));

  const objects: AppliedObject[] = [];
  const written = (): Pick<StageResult, 'objects' | 'warnings'> => ({
    objects,
    warnings: warningsOf(tried.ready, objects),
  });
  const stopped = (refused: Refused): StageResult => ({ ...refused, step: 'apply', ...written() });
  for (const rank of ranksOf(tried.ready)) {
    signal.throwIfAborted();
    const ends = await atOnce(rank, ports.inFlight, signal, (one) => applyObject(one, ports, signal));
    objects.push(...ends.flatMap((end) => (isRefused(end) ? [] : [end])));
    const refused = ends.filter(isRefused);
    if (refused.length > 0) return stopped(together(refused));
  }
  const definitions = tasks.filter(isDefinition);
  const late = definitions.length === 0 ? [] : await ports.definitionsServed(definitions, signal);
  return late.length > 0 ? stopped(refuse(late)) : { kind: 'applied', ...written() };
}

function warningsOf(ready: readonly Ready[], objects: readonly AppliedObject[]): readonly Fault[] {
  const written = new Set(objects.map(({ id }) => formatId(id)));
  return ready.flatMap(({ task, untested: said }) =>
    said === undefined || !written.has(formatId(task.id)) ? [] : [untested(task, said)],
  );
}

function ranksOf(ready: readonly Ready[]): readonly (readonly Ready[])[] {
  const ranks = Map.groupBy(ready, ({ task }) => rankOf(task.id));
  return [...ranks].sort(([one], [other]) => one - other).map(([, together]) => together);
}

function isDefinition({ id: { group, kind } }: ApplyTask): boolean {
  return group === CUSTOM_RESOURCE_DEFINITIONS.group && kind === CUSTOM_RESOURCE_DEFINITIONS.kind;
}
