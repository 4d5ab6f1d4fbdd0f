import type { KubeObject } from '../resource-type.ts';

/** May change what it is given: nobody else has seen the object yet. */
export type Transform<T> = (object: T) => T;

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Half of an object's size, and of no use to a reader: who owns which field, and a second copy of the manifest. */
export function dropNoise<T extends KubeObject>(object: T): T {
  const meta = object.metadata as { managedFields?: unknown; annotations?: Record<string, string> };
  delete meta.managedFields;
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a fresh object costs more than a slow one here
  if (meta.annotations !== undefined) delete meta.annotations[LAST_APPLIED];
  return object;
}

/** For objects of which nobody reads an annotation. */
export function dropAnnotations<T extends KubeObject>(object: T): T {
  const meta = object.metadata as { managedFields?: unknown; annotations?: unknown };
  delete meta.managedFields;
  delete meta.annotations;
  return object;
}
