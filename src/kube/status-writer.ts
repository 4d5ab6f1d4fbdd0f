import type { KubeObject } from './resource-type.ts';
import { isConflict } from './errors.ts';
import type { Resource, WriteOptions } from './resource.ts';
import type { Store } from './store.ts';

/** Writes a status and returns the object as the server has it now. */
export type StatusWriter<T extends WithStatus> = (
  object: T,
  status: NonNullable<T['status']>,
  signal: AbortSignal,
  how?: WriteOptions,
) => Promise<T>;

export type WithStatus = KubeObject & { readonly status?: object | undefined };

const MAX_CONFLICTS = 5;

/**
 * The status is ours alone, so a conflict means that somebody changed the rest: take theirs, put ours on it. What was
 * written goes into the cache at once: no later pass may run on anything older.
 */
export function createStatusWriter<T extends WithStatus>(
  resource: Pick<Resource<T>, 'get' | 'replaceStatus'>,
  store: Pick<Store<T>, 'upsert'>,
): StatusWriter<T> {
  return async (object, status, signal, how) => {
    let base = object;
    for (let conflicts = 0; ; conflicts++) {
      try {
        const written = await resource.replaceStatus({ ...base, status }, signal, how);
        store.upsert(written);
        return written;
      } catch (error) {
        if (!isConflict(error) || conflicts >= MAX_CONFLICTS) throw error;
        base = await refetch(resource, base, error, signal);
      }
    }
  };
}

async function refetch<T extends WithStatus>(
  resource: Pick<Resource<T>, 'get'>,
  { metadata }: T,
  conflict: unknown,
  signal: AbortSignal,
): Promise<T> {
  const { name, namespace = '' } = metadata;
  const found = await resource.get({ namespace, name }, signal);
  if (found === undefined || found.metadata.uid !== metadata.uid) throw conflict;
  return found;
}
