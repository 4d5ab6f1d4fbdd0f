import { apiVersionOf, CUSTOM_RESOURCE_DEFINITIONS, PODS } from '../../kube/resource-type.ts';
import type { KubeObject, ResourceType } from '../../kube/resource-type.ts';

export const REPLICA_SETS = apps('ReplicaSet', 'replicasets');

/** The kinds whose health is watched: what charts run. */
export const WATCHED_KINDS: readonly ResourceType[] = [
  PODS,
  core('PersistentVolumeClaim', 'persistentvolumeclaims'),
  core('Service', 'services'),
  apps('Deployment', 'deployments'),
  apps('StatefulSet', 'statefulsets'),
  apps('DaemonSet', 'daemonsets'),
  REPLICA_SETS,
];

/** Those that `helm --wait` of Helm 3 waits for: of everything else it is enough that it exists. */
const ASSESSED_KINDS: readonly ResourceType[] = [
  ...WATCHED_KINDS,
  core('ReplicationController', 'replicationcontrollers'),
  CUSTOM_RESOURCE_DEFINITIONS,
];

/** Helm puts this label on every object that it makes from a template. */
export const MANAGED_BY_HELM = 'app.kubernetes.io/managed-by=Helm';

/** `namespace/name` of the release that Helm made an object for; nothing for objects of nobody. */
export function releaseOf({ metadata: { annotations } }: KubeObject): readonly string[] {
  const namespace = annotations?.['meta.helm.sh/release-namespace'];
  const name = annotations?.['meta.helm.sh/release-name'];
  return namespace === undefined || name === undefined ? [] : [`${namespace}/${name}`];
}

export function assessedKind(apiVersion: string, kind: string): ResourceType | undefined {
  return ASSESSED_KINDS.find((type) => type.kind === kind && apiVersionOf(type) === apiVersion);
}

/** The labels by which a workload chooses its pods; undefined for what has none. */
export function podSelectorOf(object: KubeObject): string | undefined {
  const { spec } = object as KubeObject & {
    readonly spec?: { readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> } };
  };
  const labels = Object.entries(spec?.selector?.matchLabels ?? {});
  return labels.length === 0 ? undefined : labels.map(([name, value]) => `${name}=${value}`).join(',');
}

function core(kind: string, plural: string): ResourceType {
  return { group: '', version: 'v1', kind, plural, namespaced: true };
}

function apps(kind: string, plural: string): ResourceType {
  return { group: 'apps', version: 'v1', kind, plural, namespaced: true };
}
