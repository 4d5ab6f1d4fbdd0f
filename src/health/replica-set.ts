import type { KubeObject } from '../kube/resource-type.ts';
import { type Health, READY } from './health.ts';
import { isObserved, subject } from './subject.ts';

interface ReplicaSet extends KubeObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly readyReplicas?: number };
}

/** For a ReplicaSet or ReplicationController that a chart holds itself: all of its pods have to be ready. */
export function replicaSetHealth(object: KubeObject): Health {
  const { spec, status } = object as ReplicaSet;
  const name = subject(object);
  if (!isObserved(object)) {
    return { kind: 'progressing', why: `${name}: its controller has not seen the change yet` };
  }
  const wanted = spec?.replicas ?? 1;
  const ready = status?.readyReplicas ?? 0;
  if (ready >= wanted) return READY;
  return { kind: 'progressing', why: `${name}: ${String(ready)} of ${String(wanted)} pods ready` };
}
