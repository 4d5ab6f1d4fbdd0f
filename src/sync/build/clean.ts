import { apiVersionOf, CUSTOM_RESOURCE_DEFINITIONS, type KubeObject } from '../../kube/resource-type.ts';

/** What only a server may say, and what stands in files that were made with `kubectl get -o yaml`. */
const OF_THE_SERVER: ReadonlySet<string> = new Set([
  'managedFields',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'selfLink',
]);

/** An object as it may be applied. */
export function clean(object: KubeObject): KubeObject {
  const metadata = Object.fromEntries(
    Object.entries(object.metadata).filter(([field]) => !OF_THE_SERVER.has(field)),
  ) as unknown as KubeObject['metadata'];
  return { ...(isDefinition(object) ? withoutStatus(object) : object), metadata };
}

function isDefinition({ apiVersion = '', kind }: KubeObject): boolean {
  const [group] = apiVersion.split('/');
  const [own] = apiVersionOf(CUSTOM_RESOURCE_DEFINITIONS).split('/');
  return group === own && kind === CUSTOM_RESOURCE_DEFINITIONS.kind;
}

/** Generators leave an empty one behind, and the server takes none that lacks its fields. */
function withoutStatus(definition: KubeObject): KubeObject {
  const { status: _status, ...rest } = definition as KubeObject & { readonly status?: unknown };
  return rest;
}
