import { apiVersionOf, pathOfType, type KubeObject, type ResourceType } from '../resource-type.ts';
import type { ApiRequest, Verb } from './api-request.ts';
import { APPLY_PATCH, JSON_PATCH, MERGE_PATCH, type Accepted } from './media-types.ts';

export interface Ref {
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** Which objects of a collection; without a namespace, those of all. */
export interface Selection {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export interface WatchFrom extends Selection {
  readonly resourceVersion: string;
  /** After which the server ends the watch. */
  readonly timeoutSeconds: number;
}

export interface DeleteOptions {
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
}

export interface ApplyOptions {
  readonly fieldManager: string;
  /** Take over fields that others own, instead of failing with a conflict. */
  readonly force: boolean;
  /** Nothing is stored: the server only says what would have come of it. */
  readonly dryRun?: boolean;
  /** Whether the server is to refuse what it does not know instead of leaving it out. */
  readonly fieldValidation?: 'Strict';
}

/** One step of a JSON patch (RFC 6902). */
export interface JsonPatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'test';
  /** A JSON pointer. */
  readonly path: string;
  readonly value?: unknown;
}

type Subresource = 'status' | undefined;

/** How each thing one can do with the objects of a kind looks on the wire. */
export interface ObjectRequests {
  get(ref: Ref): ApiRequest;
  list(selection: Selection): ApiRequest;
  watch(from: WatchFrom): ApiRequest;
  create(object: KubeObject, dryRun: boolean): ApiRequest;
  update(object: KubeObject, subresource: Subresource): ApiRequest;
  patch(ref: Ref, patch: object): ApiRequest;
  jsonPatch(ref: Ref, operations: readonly JsonPatchOperation[]): ApiRequest;
  apply(object: KubeObject, options: ApplyOptions): ApiRequest;
  delete(ref: Ref, options: DeleteOptions): ApiRequest;
}

export function createObjectRequests(
  type: ResourceType,
  accept: Accepted,
  fieldManager: string,
): ObjectRequests {
  const one = (verb: Verb, ref: Ref, subresource: Subresource) => ({
    verb,
    resource: subresource === undefined ? type.plural : `${type.plural}/${subresource}`,
    subject: subjectOf(ref),
    namespace: ref.namespace,
    path: pathOfType(type, { namespace: ref.namespace, name: ref.name, subresource }),
    accept: accept.one,
  });
  const many = (verb: Verb, { namespace }: Selection) => ({
    verb,
    resource: type.plural,
    subject: namespace ? `in namespace ${namespace}` : undefined,
    path: pathOfType(type, { namespace }),
  });
  const bodyOf = (object: KubeObject): KubeObject => ({
    ...object,
    apiVersion: apiVersionOf(type),
    kind: type.kind,
  });

  return {
    get: (ref) => one('get', ref, undefined),
    list: (selection) => ({ ...many('list', selection), accept: accept.many, query: selectors(selection) }),
    watch: (from) => ({
      ...many('watch', from),
      accept: accept.one,
      query: {
        ...selectors(from),
        watch: 'true',
        allowWatchBookmarks: 'true',
        resourceVersion: from.resourceVersion,
        timeoutSeconds: String(from.timeoutSeconds),
      },
    }),
    create: (object, dryRun) => ({
      ...one('create', object.metadata, undefined),
      path: pathOfType(type, { namespace: object.metadata.namespace }),
      query: { fieldManager, dryRun: dryRun ? 'All' : undefined },
      body: bodyOf(object),
    }),
    update: (object, subresource) => ({
      ...one('update', object.metadata, subresource),
      query: { fieldManager },
      body: bodyOf(object),
    }),
    patch: (ref, patch) => ({
      ...one('patch', ref, undefined),
      query: { fieldManager },
      body: patch,
      contentType: MERGE_PATCH,
    }),
    jsonPatch: (ref, operations) => ({
      ...one('patch', ref, undefined),
      query: { fieldManager },
      body: operations,
      contentType: JSON_PATCH,
    }),
    apply: (object, options) => ({
      ...one('apply', object.metadata, undefined),
      query: {
        fieldManager: options.fieldManager,
        force: String(options.force),
        dryRun: options.dryRun === true ? 'All' : undefined,
        fieldValidation: options.fieldValidation,
      },
      body: bodyOf(object),
      contentType: APPLY_PATCH,
    }),
    delete: (ref, { uid, resourceVersion, propagationPolicy }) => ({
      ...one('delete', ref, undefined),
      body: {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        preconditions: { uid, resourceVersion },
        propagationPolicy,
      },
    }),
  };
}

function selectors({
  labelSelector,
  fieldSelector,
}: Selection): Readonly<Record<string, string | undefined>> {
  return { labelSelector, fieldSelector };
}

function subjectOf({ namespace, name }: Ref): string {
  return namespace ? `${namespace}/${name}` : name;
}
