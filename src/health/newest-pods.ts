import type { KubeObject } from '../kube/resource-type.ts';
import { conditionOf, type ObjectCondition } from './condition.ts';
import type { Pod } from './pod.ts';

interface Workload extends KubeObject {
  readonly status?: {
    readonly updateRevision?: string;
    readonly conditions?: readonly ObjectCondition[];
  };
}

/**
 * The pods in groups of one template each (for a Deployment: of one ReplicaSet), the newest template first. What is
 * wrong with a release is wrong there; an old pod counts only if nothing is wrong with the new ones.
 */
export function byTemplate(workload: KubeObject, pods: readonly Pod[]): readonly (readonly Pod[])[] {
  const groups = Map.groupBy(
    pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined),
    templateOf,
  );
  const newest = newestTemplate(workload);
  return [...groups]
    .toSorted(
      ([a, podsA], [b, podsB]) =>
        Number(b === newest) - Number(a === newest) || newestOf(podsB) - newestOf(podsA),
    )
    .map(([, group]) => group.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)));
}

function templateOf({ metadata }: Pod): string {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner?.kind === 'ReplicaSet') return owner.name;
  return metadata.labels?.['controller-revision-hash'] ?? owner?.name ?? '';
}

/** A Deployment names its newest ReplicaSet in a message only, a StatefulSet its newest revision in a field. */
function newestTemplate({ status }: Workload): string | undefined {
  if (status?.updateRevision !== undefined) return status.updateRevision;
  const progressing = conditionOf(status?.conditions, 'Progressing');
  return /ReplicaSet "([^"]+)"/.exec(progressing?.message ?? '')?.[1];
}

function newestOf(pods: readonly Pod[]): number {
  return Math.max(...pods.map(({ metadata }) => Date.parse(metadata.creationTimestamp ?? '') || 0));
}
