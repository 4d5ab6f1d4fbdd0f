import type { KubeObject } from '../kube/resource-type.ts';
import { daemonSetHealth } from './daemon-set.ts';
import { deploymentHealth } from './deployment.ts';
import { type Health, READY } from './health.ts';
import { jobHealth } from './job.ts';
import { podHealth } from './pod-health.ts';
import { replicaSetHealth } from './replica-set.ts';
import { resourceDefinitionHealth } from './resource-definition.ts';
import { serviceHealth } from './service.ts';
import { statefulSetHealth } from './stateful-set.ts';
import { volumeClaimHealth } from './volume-claim.ts';

export interface AssessOptions {
  /** Wait for Jobs too, as `helm --wait-for-jobs`. */
  readonly jobs?: boolean;
  /** Those of a Deployment, read after it: they make its verdict exact while an update is under way. */
  readonly replicaSets?: readonly KubeObject[];
}

/** The kinds that `helm --wait` of Helm 3 waits for. Somebody else's kind of the same name is not among them. */
const ASSESSORS: ReadonlyMap<string, (object: KubeObject) => Health> = new Map([
  ['Pod', podHealth],
  ['PersistentVolumeClaim', volumeClaimHealth],
  ['Service', serviceHealth],
  ['ReplicationController', replicaSetHealth],
  ['apps/StatefulSet', statefulSetHealth],
  ['apps/DaemonSet', daemonSetHealth],
  ['apps/ReplicaSet', replicaSetHealth],
  ['apiextensions.k8s.io/CustomResourceDefinition', resourceDefinitionHealth],
]);

/** Judges one object as it stands. Pure: read the object afresh when the answer has to be. */
export function assess(object: KubeObject, options: AssessOptions = {}): Health {
  const id = groupKind(object);
  if (id === 'batch/Job') return options.jobs === true ? jobHealth(object) : READY;
  if (id === 'apps/Deployment') return deploymentHealth(object, options.replicaSets);
  return ASSESSORS.get(id)?.(object) ?? READY;
}

function groupKind({ apiVersion = '', kind = '' }: Pick<KubeObject, 'apiVersion' | 'kind'>): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? kind : `${apiVersion.slice(0, slash)}/${kind}`;
}
