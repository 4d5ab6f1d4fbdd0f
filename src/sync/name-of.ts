import type { ObjectId } from '../api/object-id.ts';

/** An object in words for people: `Deployment shop/web`. */
export function nameOf({ kind, namespace, name }: ObjectId): string {
  return `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
}
