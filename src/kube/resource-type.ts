import { InvalidSpecError } from '../api/errors.ts';
import type { ObjectMeta } from '../api/metadata.ts';

/** What all Kubernetes objects have in common. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
}

/** Where the API server keeps the objects of a kind. The group of the core kinds is the empty string. */
export interface ResourceType {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

export const SECRETS = coreType('Secret', 'secrets');
export const CONFIG_MAPS = coreType('ConfigMap', 'configmaps');
export const EVENTS = coreType('Event', 'events');
export const PODS = coreType('Pod', 'pods');
export const JOBS: ResourceType = {
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  plural: 'jobs',
  namespaced: true,
};
export const CUSTOM_RESOURCE_DEFINITIONS: ResourceType = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};
export const NAMESPACES: ResourceType = { ...coreType('Namespace', 'namespaces'), namespaced: false };

function coreType(kind: string, plural: string): ResourceType {
  return { group: '', version: 'v1', kind, plural, namespaced: true };
}

/** `v1` or `group/version`, as manifests write it. */
export function apiVersionOf(type: ResourceType): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}

export interface Place {
  /** Without one the collection spans all namespaces. */
  readonly namespace?: string | undefined;
  /** Without one it is the collection. */
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

export function pathOfType(type: ResourceType, { namespace, name, subresource }: Place): string {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const within = type.namespaced && namespace ? `/namespaces/${segment(namespace)}` : '';
  const object = name === undefined ? '' : `/${segment(name)}`;
  return `${root}${within}/${type.plural}${object}${subresource === undefined ? '' : `/${subresource}`}`;
}

/** Names come from manifests. With an empty one the deletion of an object would be that of the whole collection. */
function segment(name: string): string {
  if (name === '' || name === '.' || name === '..' || /[/%]/.test(name)) {
    throw new InvalidSpecError(`"${name}" cannot be the name of an object`);
  }
  return encodeURIComponent(name);
}
