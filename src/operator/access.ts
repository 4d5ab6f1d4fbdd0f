import { explainingForbidden } from '../kube/forbidden.ts';
import { actingAs } from '../kube/impersonate.ts';
import { CONFIG_MAPS, SECRETS } from '../kube/resource-type.ts';
import type { KubeObject, ResourceType } from '../kube/resource-type.ts';
import { createResource } from '../kube/resource.ts';
import type { Resource } from '../kube/resource.ts';
import type { Document } from '../kube/documents.ts';
import type { Transport } from '../kube/transport.ts';

/** What is asked of the cluster by somebody's rights. */
export interface Access {
  readonly transport: Transport;
  readonly secrets: Resource<Document>;
  readonly secretsMetadata: Resource<KubeObject>;
  readonly configMaps: Resource<Document>;
  readonly resourceOf: (type: ResourceType) => Resource<KubeObject>;
  /** The same with metadata only. */
  readonly metadataOf: (type: ResourceType) => Resource<KubeObject>;
}

export function accessBy(transport: Transport): Access {
  const resourceOf: Access['resourceOf'] = (type) => createResource<KubeObject>(transport, type);
  const metadataOf: Access['metadataOf'] = (type) =>
    createResource<KubeObject>(transport, type, { metadataOnly: true });
  return {
    transport,
    secrets: createResource<Document>(transport, SECRETS),
    secretsMetadata: metadataOf(SECRETS),
    configMaps: createResource<Document>(transport, CONFIG_MAPS),
    resourceOf,
    metadataOf,
  };
}

/**
 * The cluster as somebody works on it who has the rights of this account, or of the operator if there is none. Watches,
 * HelmReleases and what is about the cluster as a whole stay the operator's.
 */
export function clusterAs<C extends Access>(cluster: C, account: string | undefined): C {
  return account === undefined
    ? cluster
    : { ...cluster, ...accessBy(explainingForbidden(actingAs(cluster.transport, account))) };
}
