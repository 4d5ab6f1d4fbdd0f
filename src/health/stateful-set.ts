import type { KubeObject } from '../kube/resource-type.ts';
import { type Health, READY } from './health.ts';
import { isObserved, subject } from './subject.ts';

interface StatefulSet extends KubeObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly updateStrategy?: {
      readonly type?: string;
      readonly rollingUpdate?: { readonly partition?: number };
    };
  };
  readonly status?: {
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly currentRevision?: string;
    readonly updateRevision?: string;
  };
}

/** With OnDelete nothing is rolled out, so there is nothing to wait for. Below a partition the pods stay as they are. */
export function statefulSetHealth(object: KubeObject): Health {
  const { spec = {}, status = {} } = object as StatefulSet;
  const name = subject(object);
  if (!isObserved(object)) {
    return { kind: 'progressing', why: `${name}: its controller has not seen the change yet` };
  }
  if ((spec.updateStrategy?.type ?? 'RollingUpdate') !== 'RollingUpdate') return READY;
  const { replicas = 1 } = spec;
  const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  const { updatedReplicas: updated = 0, readyReplicas: ready = 0, currentRevision, updateRevision } = status;
  const toUpdate = Math.max(0, replicas - partition);
  if (updated < toUpdate) {
    return { kind: 'progressing', why: `${name}: ${String(updated)} of ${String(toUpdate)} pods updated` };
  }
  if (ready !== replicas) {
    return { kind: 'progressing', why: `${name}: ${String(ready)} of ${String(replicas)} pods ready` };
  }
  if (partition === 0 && currentRevision !== updateRevision) {
    return { kind: 'progressing', why: `${name}: the rollout of its pods has not been completed yet` };
  }
  return READY;
}
