import { COMPONENT } from '../api/names.ts';
import { isNotFound } from './errors.ts';
import type { ApiRequest } from './http/api-request.ts';
import { FULL_OBJECTS, METADATA_ONLY } from './http/media-types.ts';
import {
  createObjectRequests,
  type ApplyOptions,
  type DeleteOptions,
  type JsonPatchOperation,
  type Ref,
  type Selection,
  type WatchFrom,
} from './http/object-requests.ts';
import { apiVersionOf, type KubeObject, type ResourceType } from './resource-type.ts';
import type { Transport } from './transport.ts';
import { listPages, type Page } from './watch/pages.ts';
import { watchCollection, type WatchSink } from './watch/watch-collection.ts';

export type {
  ApplyOptions,
  DeleteOptions,
  JsonPatchOperation,
  Ref,
  Selection,
} from './http/object-requests.ts';

/** The objects of one kind. What comes back carries apiVersion and kind even where the server leaves them out. */
export interface Resource<T extends KubeObject> {
  readonly type: ResourceType;
  get(ref: Ref, signal: AbortSignal): Promise<T | undefined>;
  list(selection: Selection, signal: AbortSignal): Promise<{ items: T[]; resourceVersion: string }>;
  pages(selection: Selection, signal: AbortSignal): AsyncIterable<Page<T>>;
  /** How far the collection's history goes right now; costs the server next to nothing. */
  currentVersion(selection: Selection, signal: AbortSignal): Promise<string>;
  watch(from: WatchFrom, sink: WatchSink<T>, signal: AbortSignal): Promise<void>;
  create(object: T, signal: AbortSignal): Promise<T>;
  /** As create(), but nothing is stored: the server only says what would have come of it. */
  dryRunCreate(object: T, signal: AbortSignal): Promise<T>;
  /** Needs the resourceVersion. Not for objects from an informer: what its transform dropped would be deleted. */
  replace(object: T, signal: AbortSignal): Promise<T>;
  /** Needs the resourceVersion. Changes nothing but the status, so an object from an informer will do. */
  replaceStatus(object: T, signal: AbortSignal, how?: WriteOptions): Promise<T>;
  /** With `metadata.resourceVersion` in the patch it fails with a conflict if somebody else was faster. */
  mergePatch(ref: Ref, patch: object, signal: AbortSignal): Promise<T>;
  /** All operations or none. */
  jsonPatch(ref: Ref, operations: readonly JsonPatchOperation[], signal: AbortSignal): Promise<T>;
  apply(object: T, options: ApplyOptions, signal: AbortSignal): Promise<T>;
  /** False if there was nothing to delete. */
  delete(ref: Ref, options: DeleteOptions, signal: AbortSignal): Promise<boolean>;
}

/** How a write stands to the other writes of its namespace. */
export type WriteOptions = Pick<ApiRequest, 'yields'>;

export interface ResourceOptions {
  /** Ask for metadata only, whatever else T has. */
  readonly metadataOnly?: boolean;
  readonly pageSize?: number;
  readonly fieldManager?: string;
}

/** A page is in memory as a whole, text and objects: some 1 MB with objects of 10 KB, or 2 KB of metadata. */
const PAGE_SIZE = { full: 100, metadata: 500 };

export function createResource<T extends KubeObject>(
  transport: Transport,
  type: ResourceType,
  options: ResourceOptions = {},
): Resource<T> {
  const accept = options.metadataOnly === true ? METADATA_ONLY : FULL_OBJECTS;
  const pageSize = options.pageSize ?? PAGE_SIZE[options.metadataOnly === true ? 'metadata' : 'full'];
  const requests = createObjectRequests(type, accept, options.fieldManager ?? COMPONENT);
  const identity = { apiVersion: apiVersionOf(type), kind: type.kind };

  /** In place: the object comes fresh from the parser. */
  const stamp = (object: T): T => Object.assign(object, identity);
  const send = async (request: ApiRequest, signal: AbortSignal): Promise<T> =>
    stamp((await transport.request(request, signal)) as T);
  const orUndefined = async <R>(answer: Promise<R>): Promise<R | undefined> => {
    try {
      return await answer;
    } catch (caught) {
      if (isNotFound(caught)) return undefined;
      throw caught;
    }
  };

  async function* pages(selection: Selection, signal: AbortSignal): AsyncGenerator<Page<T>> {
    const request = requests.list(selection);
    for await (const page of listPages<T>(transport, request, pageSize, signal)) {
      page.items.forEach(stamp);
      yield page;
    }
  }

  return {
    type,
    pages,
    get: async (ref, signal) => orUndefined(send(requests.get(ref), signal)),
    list: async (selection, signal) => {
      const list: { items: T[]; resourceVersion: string } = { items: [], resourceVersion: '' };
      for await (const page of pages(selection, signal)) {
        list.items = page.first ? page.items : list.items.concat(page.items);
        list.resourceVersion = page.resourceVersion;
      }
      return list;
    },
    currentVersion: async (selection, signal) => {
      const first = await listPages<T>(transport, requests.list(selection), 1, signal).next();
      return first.done === true ? '' : first.value.resourceVersion;
    },
    watch: async (from, sink, signal) =>
      watchCollection<T>(
        transport,
        requests.watch(from),
        {
          idleMs: () => sink.idleMs(),
          onOpen: () => {
            sink.onOpen();
          },
          onEvent: (event) => {
            if (event.kind !== 'bookmark') stamp(event.object);
            sink.onEvent(event);
          },
        },
        signal,
      ),
    create: async (object, signal) => send(requests.create(object, false), signal),
    dryRunCreate: async (object, signal) => send(requests.create(object, true), signal),
    replace: async (object, signal) => send(requests.update(object, undefined), signal),
    replaceStatus: async (object, signal, how) =>
      send({ ...requests.update(object, 'status'), ...how }, signal),
    mergePatch: async (ref, patch, signal) => send(requests.patch(ref, patch), signal),
    jsonPatch: async (ref, operations, signal) => send(requests.jsonPatch(ref, operations), signal),
    apply: async (object, how, signal) => send(requests.apply(object, how), signal),
    delete: async (ref, how, signal) =>
      (await orUndefined(transport.request(requests.delete(ref, how), signal).then(() => true))) ?? false,
  };
}
