import type { KubeObject } from './resource-type.ts';
import type { Resource } from './resource.ts';
import type { Store } from './store.ts';

export interface FinalizerPorts<T extends KubeObject> {
  readonly objects: Pick<Resource<T>, 'mergePatch'>;
  readonly store: Pick<Store<T>, 'upsert'>;
}

export function hasFinalizer({ metadata }: KubeObject, finalizer: string): boolean {
  return metadata.finalizers?.includes(finalizer) ?? false;
}

export async function addFinalizer<T extends KubeObject>(
  object: T,
  finalizer: string,
  ports: FinalizerPorts<T>,
  signal: AbortSignal,
): Promise<T> {
  return await write(object, [...(object.metadata.finalizers ?? []), finalizer], ports, signal);
}

export async function removeFinalizer<T extends KubeObject>(
  object: T,
  finalizer: string,
  ports: FinalizerPorts<T>,
  signal: AbortSignal,
): Promise<T> {
  const others = (object.metadata.finalizers ?? []).filter((one) => one !== finalizer);
  return await write(object, others, ports, signal);
}

/** The resourceVersion makes it fail, and the pass start over, when somebody else has changed the list. */
async function write<T extends KubeObject>(
  { metadata: { name, namespace = '', resourceVersion } }: T,
  finalizers: readonly string[],
  { objects, store }: FinalizerPorts<T>,
  signal: AbortSignal,
): Promise<T> {
  const patch = { metadata: { resourceVersion, finalizers } };
  const written = await objects.mergePatch({ namespace, name }, patch, signal);
  store.upsert(written);
  return written;
}
