import { FLUX_IGNORE_ANNOTATIONS, PRUNE_ANNOTATION } from '../../api/names.ts';
import type { ObjectKey } from '../../api/metadata.ts';
import type { KubeObject } from '../../kube/resource-type.ts';
import { ownerLabels } from '../desire/mark.ts';
import type { Entry } from '../inventory/entry.ts';

export type MayDelete =
  | { readonly kind: 'delete'; readonly uid: string }
  /** It is not there any more, or another one by the same name. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'keep'; readonly why: string };

/** With the second of these Flux v1 applied an object and never deleted it. */
const LEFT_BY_FLUX: ReadonlySet<string> = new Set(['true', 'sync_only']);

/** With them goes all that is in them. */
const GUARDED: ReadonlySet<string> = new Set([
  '/Namespace',
  '/PersistentVolume',
  '/PersistentVolumeClaim',
  'apiextensions.k8s.io/CustomResourceDefinition',
]);

/** Whether an object that has left Git may be deleted, by what the cluster holds of it now. */
export function mayDelete(entry: Entry, live: KubeObject | undefined, sync: ObjectKey): MayDelete {
  const uid = live?.metadata.uid;
  if (live === undefined || uid === undefined) return { kind: 'gone' };
  if (entry.uid !== undefined && entry.uid !== uid) return { kind: 'gone' };
  const { labels, annotations, deletionTimestamp } = live.metadata;
  const isOurs = Object.entries(ownerLabels(sync)).every(([name, value]) => labels?.[name] === value);
  // An object that was only meant to be applied is ours if it was: then it has our labels.
  if (!isOurs) return { kind: 'keep', why: 'its labels no longer say that it is of this GitSync' };
  if (deletionTimestamp !== undefined) return { kind: 'gone' };
  const pruning = annotations?.[PRUNE_ANNOTATION];
  if (pruning === 'disabled')
    return { kind: 'keep', why: `its annotation ${PRUNE_ANNOTATION} is "disabled"` };
  const left = FLUX_IGNORE_ANNOTATIONS.find((name) => LEFT_BY_FLUX.has(annotations?.[name] ?? ''));
  if (left !== undefined) return { kind: 'keep', why: `its annotation ${left} says so` };
  if (pruning === 'allow') return { kind: 'delete', uid };
  if (!entry.made) return { kind: 'keep', why: `it was there before; ${allowWith('it deleted')}` };
  if (GUARDED.has(`${entry.id.group}/${entry.id.kind}`))
    return { kind: 'keep', why: `what is in it would go with it; ${allowWith('it deleted')}` };
  return { kind: 'delete', uid };
}

function allowWith(what: string): string {
  return `to have ${what}, set its annotation ${PRUNE_ANNOTATION} to "allow"`;
}
