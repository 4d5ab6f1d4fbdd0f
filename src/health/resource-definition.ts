import type { KubeObject } from '../kube/resource-type.ts';
import { conditionOf, type ObjectCondition } from './condition.ts';
import { type Health, READY } from './health.ts';
import { subject } from './subject.ts';

interface CustomResourceDefinition extends KubeObject {
  readonly status?: { readonly conditions?: readonly ObjectCondition[] };
}

/** Ready when its kind is served. A conflict of names does not pass by itself and is no reason to wait, as for Helm. */
export function resourceDefinitionHealth(object: KubeObject): Health {
  const { status } = object as CustomResourceDefinition;
  if (conditionOf(status?.conditions, 'Established')?.status === 'True') return READY;
  if (conditionOf(status?.conditions, 'NamesAccepted')?.status === 'False') return READY;
  return { kind: 'progressing', why: `${subject(object)} is not served by the API server yet` };
}
