import { applyEntryOf, managedFieldsOf } from '../../kube/managed-fields.ts';
import type { KubeObject } from '../../kube/resource-type.ts';

const CLIENT_SIDE_APPLY = 'kubectl-client-side-apply';
/** Of all that was there, if nobody had written down whose it is, when somebody first applied the object. */
const BEFORE_FIRST_APPLY = 'before-first-apply';
const SYNC_MANAGER = /^gitsync:/;

/**
 * Managers whose fields become ours before we apply, or what Git has no more would stay on the object for their sake.
 * kubectl's only once: whoever runs `kubectl apply` later is a person who changes what Git says. That no other GitSync
 * still holds the object is for the caller to see.
 */
export function foldableIn(live: KubeObject, manager: string): ReadonlySet<string> {
  const first = applyEntryOf(live, manager) === undefined;
  return new Set([...candidatesIn(live, manager)].filter((name) => first || name !== CLIENT_SIDE_APPLY));
}

/** Whether it is worth to look at the object as it stands: the answer to an apply has our own entry in any case. */
export function mayNeedFold(applied: KubeObject, manager: string): boolean {
  return candidatesIn(applied, manager).size > 0;
}

function candidatesIn(object: KubeObject, own: string): ReadonlySet<string> {
  const names = managedFieldsOf(object)
    .filter(({ subresource = '' }) => subresource === '')
    .map(({ manager = '' }) => manager);
  return new Set(
    names.filter(
      (name) =>
        name === CLIENT_SIDE_APPLY ||
        name === BEFORE_FIRST_APPLY ||
        (name !== own && SYNC_MANAGER.test(name)),
    ),
  );
}
