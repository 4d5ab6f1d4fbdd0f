import { FLUX_IGNORE_ANNOTATIONS } from '../../api/names.ts';
import { isMap } from '../../values/merge.ts';

/**
 * Whether Flux v1 was told to leave an object alone: it is not applied, and not pruned either. fluxd took `true` without quotes
 * too. Its other value, `sync_only`, is about garbage collection: such an object is applied.
 */
export function isLeftAlone(document: unknown): boolean {
  const metadata = isMap(document) ? document['metadata'] : undefined;
  const annotations = isMap(metadata) ? metadata['annotations'] : undefined;
  if (!isMap(annotations)) return false;
  return FLUX_IGNORE_ANNOTATIONS.some((name) => annotations[name] === 'true' || annotations[name] === true);
}
