import type { ObjectKey } from '../../api/metadata.ts';
import {
  ADOPTED_ANNOTATION,
  SYNC_NAME_LABEL,
  SYNC_NAMESPACE_LABEL,
  syncFieldManager,
  TRAIL_COMMIT_ANNOTATION,
} from '../../api/names.ts';
import { formatId, type ObjectId } from '../../api/object-id.ts';
import { isForbidden, isNotFound } from '../../kube/errors.ts';
import { applyEntryOf } from '../../kube/managed-fields.ts';
import type { Resource } from '../../kube/resource.ts';
import type { KubeObject, ResourceType } from '../../kube/resource-type.ts';
import { createSemaphore } from '../../process/semaphore.ts';
import type { Entry, Inventory } from './entry.ts';

export interface RebuildPorts {
  /** All act as the account of the GitSync. */
  readonly kinds: (signal: AbortSignal) => Promise<readonly ResourceType[]>;
  readonly metadataOf: (type: ResourceType) => Pick<Resource<KubeObject>, 'list'>;
  readonly inFlight: number;
}

/** The inventory as the labels of the objects tell it. What the account may not list is not in it. */
export async function rebuild(
  sync: ObjectKey,
  { kinds, metadataOf, inFlight }: RebuildPorts,
  signal: AbortSignal,
): Promise<Inventory> {
  const places = createSemaphore(inFlight);
  const labelSelector = `${SYNC_NAME_LABEL}=${sync.name},${SYNC_NAMESPACE_LABEL}=${sync.namespace}`;
  const list = async (type: ResourceType, namespace: string | undefined): Promise<readonly KubeObject[]> =>
    (await metadataOf(type).list({ labelSelector, namespace }, signal)).items;
  const found = await Promise.all(
    (await kinds(signal)).map((type) =>
      places.run(signal, async () => {
        const everywhere = await unlessRefused(list(type, undefined));
        const objects =
          everywhere ?? (type.namespaced ? await unlessRefused(list(type, sync.namespace)) : undefined) ?? [];
        return objects.flatMap((object) => entryOf(object, type, sync));
      }),
    ),
  );
  // Some servers have the same object under two groups.
  const uids = new Set<string | undefined>();
  return new Map(
    found.flat().filter(([, { uid }]) => {
      const isNew = !uids.has(uid);
      uids.add(uid);
      return isNew;
    }),
  );
}

async function unlessRefused<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (caught) {
    if (isForbidden(caught) || isNotFound(caught)) return undefined;
    throw caught;
  }
}

/** Anybody may write labels: what no GitSync has applied is none of its objects. */
function entryOf(
  object: KubeObject,
  { group, kind, version, namespaced }: ResourceType,
  sync: ObjectKey,
): readonly (readonly [string, Entry])[] {
  const { name, namespace = '', uid, annotations } = object.metadata;
  if (applyEntryOf(object, syncFieldManager(sync)) === undefined) return [];
  const id: ObjectId = { group, kind, namespace: namespaced ? namespace : '', name };
  const entry: Entry = {
    ...{ id, version, commit: annotations?.[TRAIL_COMMIT_ANNOTATION] ?? '' },
    ...(uid === undefined ? {} : { uid }),
    made: annotations?.[ADOPTED_ANNOTATION] === undefined,
  };
  return [[formatId(id), entry]];
}
