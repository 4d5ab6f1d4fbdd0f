import type { ObjectKey } from '../../api/metadata.ts';
import { asOperatorError, describe } from '../../api/errors.ts';
import { isConflict } from '../../kube/errors.ts';
import type { KubeObject, ResourceType } from '../../kube/resource-type.ts';
import type { Resource } from '../../kube/resource.ts';
import { createSemaphore } from '../../process/semaphore.ts';
import { mayDelete } from '../decide/may-delete.ts';
import type { Gone } from '../decide/prune.ts';
import { rankOf } from '../decide/rank.ts';
import type { Fault } from '../document.ts';
import { nameOf } from '../name-of.ts';

export interface PrunePorts {
  /** Both act as the account of the GitSync. */
  readonly typeOf: (gone: Gone, signal: AbortSignal) => Promise<ResourceType | undefined>;
  readonly metadataOf: (type: ResourceType) => Pick<Resource<KubeObject>, 'get' | 'delete'>;
  readonly inFlight: number;
}

export interface Pruned {
  /** Deleted, or gone by themselves. */
  readonly gone: readonly string[];
  readonly deleted: number;
  readonly kept: readonly { readonly key: string; readonly object: string; readonly why: string }[];
  readonly faults: readonly Fault[];
}

type End =
  | { readonly kind: 'deleted' | 'gone'; readonly key: string }
  | { readonly kind: 'kept'; readonly key: string; readonly object: string; readonly why: string }
  | { readonly kind: 'failed'; readonly fault: Fault };

/** Deletes what has left Git, what was applied last first. Killed in between, the rest is deleted by the next pass. */
export async function prune(
  gone: readonly Gone[],
  sync: ObjectKey,
  ports: PrunePorts,
  signal: AbortSignal,
): Promise<Pruned> {
  const places = createSemaphore(ports.inFlight);
  const ends: End[] = [];
  const ranks = Map.groupBy(gone, ({ entry }) => rankOf(entry.id));
  for (const [, together] of [...ranks].sort(([a], [b]) => b - a)) {
    const ended = together.map((one) => places.run(signal, () => pruneOne(one, sync, ports, signal)));
    ends.push(...(await Promise.all(ended)));
  }
  return {
    gone: ends.flatMap((end) => (end.kind === 'deleted' || end.kind === 'gone' ? [end.key] : [])),
    deleted: ends.filter(({ kind }) => kind === 'deleted').length,
    kept: ends.flatMap((end) => (end.kind === 'kept' ? [end] : [])),
    faults: ends.flatMap((end) => (end.kind === 'failed' ? [end.fault] : [])),
  };
}

async function pruneOne(one: Gone, sync: ObjectKey, ports: PrunePorts, signal: AbortSignal): Promise<End> {
  const { key, entry } = one;
  const { namespace, name } = entry.id;
  const object = nameOf(entry.id);
  try {
    const type = await ports.typeOf(one, signal);
    // Its kind has gone, and all objects of it.
    if (type === undefined) return { kind: 'gone', key };
    const ref = type.namespaced ? { namespace, name } : { name };
    const objects = ports.metadataOf(type);
    const may = mayDelete(entry, await objects.get(ref, signal), sync);
    if (may.kind === 'gone') return { kind: 'gone', key };
    if (may.kind === 'keep') return { kind: 'kept', key, object, why: may.why };
    const options = { uid: may.uid, propagationPolicy: 'Background' } as const;
    return { kind: (await objects.delete(ref, options, signal)) ? 'deleted' : 'gone', key };
  } catch (caught) {
    signal.throwIfAborted();
    // Another one has taken its name since it was looked at.
    if (isConflict(caught)) return { kind: 'gone', key };
    return { kind: 'failed', fault: { object, why: describe(asOperatorError(caught)) } };
  }
}
