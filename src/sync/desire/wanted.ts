import { formatId } from '../../api/object-id.ts';
import { contentDigest } from './digest.ts';
import type { Placed } from './place.ts';

/** An object as it belongs in the cluster, without our marks. */
export interface Wanted extends Placed {
  /** Its id as text. */
  readonly key: string;
  readonly digest: string;
}

export function wantedOf(placed: Placed, digestKey: Buffer): Wanted {
  return { ...placed, key: formatId(placed.id), digest: contentDigest(placed.object, digestKey) };
}
