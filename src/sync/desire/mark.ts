import type { ObjectKey } from '../../api/metadata.ts';
import {
  ADOPTED_ANNOTATION,
  CHART_COMMIT_ANNOTATION,
  SYNC_NAME_LABEL,
  SYNC_NAMESPACE_LABEL,
} from '../../api/names.ts';
import { type Trail, trailAnnotations } from '../../api/trail.ts';
import type { KubeObject } from '../../kube/resource-type.ts';

/** Puts on an object whose it is and where it is written, and from which commit its chart comes if that moves with it. */
export function mark<T extends KubeObject>(
  object: T,
  sync: ObjectKey,
  trail: Trail,
  chartCommit?: string,
): T {
  const { labels, annotations } = object.metadata;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...labels, ...ownerLabels(sync) },
      annotations: {
        ...annotations,
        ...trailAnnotations(trail),
        ...(chartCommit === undefined ? {} : { [CHART_COMMIT_ANNOTATION]: chartCommit }),
      },
    },
  };
}

/** Says of an object that it was there before us: whoever finds it again by its labels must not delete it. */
export function markAdopted<T extends KubeObject>(object: T): T {
  const { metadata } = object;
  const annotations = { ...metadata.annotations, [ADOPTED_ANNOTATION]: 'true' };
  return { ...object, metadata: { ...metadata, annotations } };
}

export function ownerLabels({ namespace, name }: ObjectKey): Readonly<Record<string, string>> {
  return { [SYNC_NAME_LABEL]: name, [SYNC_NAMESPACE_LABEL]: namespace };
}
