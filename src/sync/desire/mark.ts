import type { ObjectKey } from '../../api/metadata.ts';
import { SYNC_NAME_LABEL, SYNC_NAMESPACE_LABEL } from '../../api/names.ts';
import { type Trail, trailAnnotations } from '../../api/trail.ts';
import type { KubeObject } from '../../kube/resource-type.ts';

/** Puts on an object whose it is and where it is written. */
export function mark<T extends KubeObject>(object: T, sync: ObjectKey, trail: Trail): T {
  const { labels, annotations } = object.metadata;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...labels, ...ownerLabels(sync) },
      annotations: { ...annotations, ...trailAnnotations(trail) },
    },
  };
}

export function ownerLabels({ namespace, name }: ObjectKey): Readonly<Record<string, string>> {
  return { [SYNC_NAME_LABEL]: name, [SYNC_NAMESPACE_LABEL]: namespace };
}
