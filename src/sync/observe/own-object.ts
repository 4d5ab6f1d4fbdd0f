import { SYNC_NAME_LABEL, SYNC_NAMESPACE_LABEL, syncFieldManager } from '../../api/names.ts';
import { syncOf } from '../../api/gitsync/owner.ts';
import type { IgnoreRule } from '../../api/gitsync/ignore.ts';
import { formatKey } from '../../api/metadata.ts';
import type { ObjectId } from '../../api/object-id.ts';
import { ownFields } from '../../kube/managed-fields.ts';
import type { KubeObject } from '../../kube/resource-type.ts';
import { ignoredOf } from '../desire/ignore-fields.ts';
import { withoutFields } from './without-fields.ts';

/** What is kept of an object that a GitSync applied: enough to tell that somebody has changed it. */
export interface OwnObject extends KubeObject {
  /** Of the fields that its GitSync set and that count; absent when it sets none any more. */
  readonly fields?: string;
}

/** A change of what is ignored is none. */
export function toOwnObject(
  object: KubeObject,
  { group, kind }: Pick<ObjectId, 'group' | 'kind'>,
  ignore: readonly IgnoreRule[],
): OwnObject {
  const { name, namespace, uid, resourceVersion, deletionTimestamp } = object.metadata;
  const sync = syncOf(object);
  const ignored = ignoredOf(ignore, { group, kind, namespace: namespace ?? '', name });
  const counted = withoutFields(ignored);
  const fields = sync === undefined ? undefined : ownFields(object, syncFieldManager(sync), counted);
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
