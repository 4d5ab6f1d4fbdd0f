import type { ObjectRef } from '../../health/objects.ts';
import type { KubeObject, ResourceType } from '../../kube/resource-type.ts';
import type { Resource } from '../../kube/resource.ts';

export interface ObjectMetadataPorts {
  readonly typeOf: (
    apiVersion: string,
    kind: string,
    signal: AbortSignal,
  ) => Promise<ResourceType | undefined>;
  /** Asks for metadata only. */
  readonly metadataOf: (type: ResourceType) => Pick<Resource<KubeObject>, 'get'>;
}

/** Reads what the server knows of an object of a release beside its content; undefined if it or its kind is not there. */
export async function readMetadata(
  { apiVersion, kind, namespace, name }: ObjectRef,
  { typeOf, metadataOf }: ObjectMetadataPorts,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  const type = await typeOf(apiVersion, kind, signal);
  if (type === undefined) return undefined;
  const place = type.namespaced && namespace !== undefined ? { namespace } : {};
  return await metadataOf(type).get({ name, ...place }, signal);
}
