import type { KubeObject } from '../kube/resource-type.ts';

export interface ReplicaSetOfDeployment extends KubeObject {
  readonly status?: { readonly readyReplicas?: number };
}

const REVISION = 'deployment.kubernetes.io/revision';

/** The ReplicaSet of the current template: both carry the same revision. Undefined while it is being made. */
export function newestReplicaSet(
  deployment: KubeObject,
  replicaSets: readonly KubeObject[],
): ReplicaSetOfDeployment | undefined {
  const { uid, annotations } = deployment.metadata;
  const revision = annotations?.[REVISION];
  return replicaSets.find(
    ({ metadata }) =>
      metadata.ownerReferences?.some((owner) => owner.uid === uid) === true &&
      revision !== undefined &&
      metadata.annotations?.[REVISION] === revision,
  );
}
