import { apiResourcesRequest, typesIn, type WireResources } from './discovery.ts';
import type { ResourceType } from './resource-type.ts';
import type { Transport } from './transport.ts';

interface WireGroups {
  readonly groups?: readonly { readonly preferredVersion: { readonly groupVersion: string } }[];
}

/** Every kind whose objects can be listed and deleted, each in the version that the server prefers. */
export async function allKinds(
  transport: Pick<Transport, 'request'>,
  signal: AbortSignal,
): Promise<readonly ResourceType[]> {
  const request = { verb: 'get', resource: 'apigroups', subject: 'all groups', path: '/apis' } as const;
  const { groups = [] } = (await transport.request(request, signal)) as WireGroups;
  const versions = ['v1', ...groups.map(({ preferredVersion }) => preferredVersion.groupVersion)];
  const kinds: ResourceType[] = [];
  for (const apiVersion of versions) {
    const list = (await transport.request(apiResourcesRequest(apiVersion), signal)) as WireResources;
    for (const { type, verbs } of typesIn(apiVersion, list)) {
      if (['list', 'delete'].every((verb) => verbs.includes(verb))) kinds.push(type);
    }
  }
  return kinds;
}
