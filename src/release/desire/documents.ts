import type { KubeObject } from '../../kube/resource-type.ts';
import type { Resource } from '../../kube/resource.ts';
import type { Store } from '../../kube/store.ts';

/** A ConfigMap or Secret: text in `data` (base64 in a Secret), bytes in `binaryData` of a ConfigMap. */
export interface Document extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}

export type ReadDocument = (
  ref: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
) => Promise<Document | undefined>;

const MAX_CACHED = 500;

/**
 * Reads ConfigMaps or Secrets, asking the server only when the metadata watch shows another version than the
 * one at hand: a resync over unchanged releases costs no request.
 */
export function createDocumentReader(
  documents: Resource<Document>,
  watched: Pick<Store<KubeObject>, 'get'>,
): ReadDocument {
  const cache = new Map<string, Document>();
  return async ({ namespace, name }, signal) => {
    const key = `${namespace}/${name}`;
    const version = watched.get(key)?.metadata.resourceVersion;
    const cached = cache.get(key);
    if (cached !== undefined && cached.metadata.resourceVersion === version) return cached;
    const read = await documents.get({ namespace, name }, signal);
    cache.delete(key);
    if (read !== undefined) {
      cache.set(key, read);
      const oldest = cache.keys().next();
      if (cache.size > MAX_CACHED && oldest.done !== true) cache.delete(oldest.value);
    }
    return read;
  };
}
