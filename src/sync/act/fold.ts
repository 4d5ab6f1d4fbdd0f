import { isConflict } from '../../kube/errors.ts';
import { foldedManagers, managedFieldsOf } from '../../kube/managed-fields.ts';
import type { Ref } from '../../kube/resource.ts';
import type { Objects } from './apply-task.ts';
import { foldableIn } from './foldable.ts';

const MAX_TRIES = 3;

/**
 * Makes ours what the managers own whose fields become ours. Changes nothing of the object itself, and nothing at all
 * if it was done before.
 */
export async function fold(ref: Ref, manager: string, objects: Objects, signal: AbortSignal): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const live = await objects.get(ref, signal);
    const from = live === undefined ? new Set<string>() : foldableIn(live, manager);
    if (live === undefined || from.size === 0) return;
    const value = foldedManagers(managedFieldsOf(live), from, manager);
    const { resourceVersion } = live.metadata;
    try {
      await objects.jsonPatch(
        ref,
        [
          { op: 'replace', path: '/metadata/managedFields', value },
          // Makes it a conflict if somebody has written since; a `test` would be told as an invalid request.
          { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion },
        ],
        signal,
      );
      return;
    } catch (caught) {
      if (!isConflict(caught) || tries === MAX_TRIES) throw caught;
    }
  }
}
