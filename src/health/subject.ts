import type { KubeObject } from '../kube/resource-type.ts';

/** `Deployment shop/web`: how an object is called in every sentence about it. */
export function subject(object: KubeObject): string {
  const { namespace, name } = object.metadata;
  return `${object.kind ?? 'object'} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

interface Observed {
  readonly status?: { readonly observedGeneration?: number };
}

/** Until a controller has seen the current spec, its status speaks of the one before. */
export function isObserved(object: KubeObject): boolean {
  const { status } = object as KubeObject & Observed;
  return (status?.observedGeneration ?? 0) >= (object.metadata.generation ?? 0);
}
