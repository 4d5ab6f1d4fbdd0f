import type { ObjectId } from '../../api/object-id.ts';

/** Stages are applied one after the other, each whole or not at all. */
export type StageName = 'definitions' | 'objects';

/** First what others need for their places and kinds to exist, then the others. */
export function stageOf({ group, kind }: ObjectId): StageName {
  const defines =
    (group === '' && kind === 'Namespace') ||
    (group === 'apiextensions.k8s.io' && kind === 'CustomResourceDefinition');
  return defines ? 'definitions' : 'objects';
}
