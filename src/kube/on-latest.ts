import { isConflict, isNotFound } from './errors.ts';
import type { KubeObject } from './resource-type.ts';
import type { Resource } from './resource.ts';

const MAX_TRIES = 5;

/**
 * Changes an object that was listed, and does it again on what somebody else has made of it meanwhile. Undefined where it
 * is gone, or another one has its name.
 */
export async function onLatest<T extends KubeObject, R>(
  listed: T,
  objects: Pick<Resource<T>, 'get'>,
  change: (object: T) => Promise<R>,
  signal: AbortSignal,
): Promise<R | undefined> {
  let object: T | undefined = listed;
  for (let tries = 1; ; tries++) {
    try {
      return object === undefined ? undefined : await change(object);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      if (!isConflict(error) || tries === MAX_TRIES) throw error;
      object = await same(listed, objects, signal);
    }
  }
}

async function same<T extends KubeObject>(
  { metadata: { name, namespace = '', uid } }: T,
  objects: Pick<Resource<T>, 'get'>,
  signal: AbortSignal,
): Promise<T | undefined> {
  const now = await objects.get({ namespace, name }, signal);
  return now?.metadata.uid === uid ? now : undefined;
}
