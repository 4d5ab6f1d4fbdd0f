import { createSingleFlight } from '../process/single-flight.ts';
import type { KubeObject } from './resource-type.ts';
import type { Resource } from './resource.ts';
import type { Store } from './store.ts';

/** A ConfigMap or Secret: text in `data` (base64 in a Secret), bytes in `binaryData` of a ConfigMap. */
export interface Document extends KubeObject {
  /** Of a Secret. */
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}

export type ReadDocument = (
  ref: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
) => Promise<Document | undefined>;

/** ConfigMaps and Secrets have as much each. */
const MAX_CACHED_BYTES = 16_000_000;

/**
 * Reads ConfigMaps or Secrets, asking the server only when the metadata watch shows another version than the
 * one at hand: a resync over unchanged releases costs no request.
 */
export function createDocumentReader(
  documents: Pick<Resource<Document>, 'get'>,
  watched: Pick<Store<KubeObject>, 'get'>,
  maxBytes = MAX_CACHED_BYTES,
): ReadDocument {
  const cache = new Map<string, { readonly document: Document; readonly bytes: number }>();
  const reads = createSingleFlight<Document | undefined>();
  let total = 0;
  const drop = (key: string): void => {
    total -= cache.get(key)?.bytes ?? 0;
    cache.delete(key);
  };

  async function read(namespace: string, name: string, signal: AbortSignal): Promise<Document | undefined> {
    const document = await documents.get({ namespace, name }, signal);
    const key = `${namespace}/${name}`;
    drop(key);
    if (document === undefined) return undefined;
    const bytes = JSON.stringify(document).length;
    cache.set(key, { document, bytes });
    total += bytes;
    for (const oldest of cache.keys()) {
      if (total <= maxBytes) break;
      drop(oldest);
    }
    return document;
  }

  return async ({ namespace, name }, signal) => {
    const key = `${namespace}/${name}`;
    const version = watched.get(key)?.metadata.resourceVersion;
    const cached = cache.get(key)?.document;
    if (cached !== undefined && cached.metadata.resourceVersion === version) return cached;
    if (version === undefined) return await read(namespace, name, signal);
    // Of a thousand releases that a change of it wakes, one asks; who has seen another version asks for itself.
    return await reads.run(`${key} ${version}`, signal, (shared) => read(namespace, name, shared));
  };
}
