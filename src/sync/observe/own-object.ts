import { SYNC_NAME_LABEL, SYNC_NAMESPACE_LABEL, syncFieldManager } from '../../api/names.ts';
import { formatKey, type ObjectKey } from '../../api/metadata.ts';
import { ownFields } from '../../kube/managed-fields.ts';
import type { KubeObject } from '../../kube/resource-type.ts';

/** What is kept of an object that a GitSync applied: enough to tell that somebody has changed it. */
export interface OwnObject extends KubeObject {
  /** Of the fields that its GitSync set; absent when it sets none any more. */
  readonly fields?: string;
}

/** Of which GitSync the labels of an object say that it is. */
export function syncOf({ metadata: { labels } }: KubeObject): ObjectKey | undefined {
  const name = labels?.[SYNC_NAME_LABEL];
  const namespace = labels?.[SYNC_NAMESPACE_LABEL];
  return name === undefined || namespace === undefined ? undefined : { namespace, name };
}

export function toOwnObject(object: KubeObject): OwnObject {
  const { name, namespace, uid, resourceVersion, deletionTimestamp } = object.metadata;
  const sync = syncOf(object);
  const fields = sync === undefined ? undefined : ownFields(object, syncFieldManager(sync));
  return {
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
      ...(sync === undefined
        ? {}
        : { labels: { [SYNC_NAME_LABEL]: sync.name, [SYNC_NAMESPACE_LABEL]: sync.namespace } }),
    },
    ...(fields === undefined ? {} : { fields }),
  };
}

export function keyOfOwner(object: KubeObject): string | undefined {
  const sync = syncOf(object);
  return sync === undefined ? undefined : formatKey(sync);
}
