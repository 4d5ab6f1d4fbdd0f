import type { ObjectId } from '../../api/object-id.ts';
import { isHelmRelease } from '../is-helm-release.ts';

/** Helm's order of installation. */
const ORDER = [
  'PriorityClass',
  'Namespace',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'PodSecurityPolicy',
  'PodDisruptionBudget',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'CustomResourceDefinition',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'Service',
  'DaemonSet',
  'Pod',
  'ReplicationController',
  'ReplicaSet',
  'Deployment',
  'HorizontalPodAutoscaler',
  'StatefulSet',
  'Job',
  'CronJob',
  'IngressClass',
  'Ingress',
  'APIService',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
];

const RANKS: ReadonlyMap<string, number> = new Map(ORDER.map((kind, rank) => [kind, rank]));

/**
 * Objects of a lower rank are applied before those of a higher one. Kinds that are not Kubernetes' own come last, and
 * HelmReleases behind them: a release may need any of the others.
 */
export function rankOf({ group, kind }: ObjectId): number {
  if (isHelmRelease({ group, kind })) return ORDER.length + 1;
  return (isBuiltIn(group) ? RANKS.get(kind) : undefined) ?? ORDER.length;
}

/** Somebody else's `Service` is no Service. */
function isBuiltIn(group: string): boolean {
  return !group.includes('.') || group.endsWith('.k8s.io');
}
