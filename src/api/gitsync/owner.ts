import type { ObjectKey, ObjectMeta } from '../metadata.ts';
import { SYNC_NAME_LABEL, SYNC_NAMESPACE_LABEL } from '../names.ts';

/** Of which GitSync the labels of an object say that it is. */
export function syncOf({
  metadata: { labels },
}: {
  readonly metadata: Pick<ObjectMeta, 'labels'>;
}): ObjectKey | undefined {
  const name = labels?.[SYNC_NAME_LABEL];
  const namespace = labels?.[SYNC_NAMESPACE_LABEL];
  return name === undefined || namespace === undefined ? undefined : { namespace, name };
}
