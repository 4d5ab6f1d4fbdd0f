import type { KubeObject } from '../../../src/kube/resource-type.ts';

type Part = Readonly<Record<string, unknown>>;

/** An object of namespace `shop` in generation 2. */
export function object(apiVersion: string, kind: string, name: string, spec: Part, status: Part): KubeObject {
  const metadata = { namespace: 'shop', name, generation: 2 };
  const built: KubeObject & Readonly<{ spec: Part; status: Part }> = {
    apiVersion,
    kind,
    metadata,
    spec,
    status,
  };
  return built;
}

/** With a status that speaks of the current spec. */
export function workload(kind: string, spec: Part, status: Part): KubeObject {
  return object('apps/v1', kind, 'web', spec, { observedGeneration: 2, ...status });
}
