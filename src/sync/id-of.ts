import { formatId, type ObjectId } from '../api/object-id.ts';
import type { SourceDocument } from './document.ts';

/** As it is written: without a namespace where Git names none. Whatever its version, it is one object in the cluster. */
export function idOf({ object: { apiVersion = '', kind = '', metadata } }: SourceDocument): ObjectId {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return { group, kind, namespace: metadata.namespace ?? '', name: metadata.name };
}

/**
 * Ids of all objects that are written, without a word of the cluster: one that names no namespace may be in that of the GitSync or
 * in none, and counts as both.
 */
export function idsIn(documents: readonly SourceDocument[], namespace: string): ReadonlySet<string> {
  return new Set(
    documents.flatMap((document) => {
      const id = idOf(document);
      return id.namespace === '' ? [formatId(id), formatId({ ...id, namespace })] : [formatId(id)];
    }),
  );
}
