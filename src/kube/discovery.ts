import type { Clock } from '../telemetry/clock.ts';
import { isNotFound } from './errors.ts';
import type { ApiRequest } from './http/api-request.ts';
import { abortable } from './http/abort.ts';
import type { ResourceType } from './resource-type.ts';
import type { Transport } from './transport.ts';

/** Finds where the server keeps the objects of a kind that a manifest names. */
export interface Discovery {
  /** Undefined if the server has no such kind, or had none a few seconds ago. */
  find(apiVersion: string, kind: string, signal: AbortSignal): Promise<ResourceType | undefined>;
  /** Has the next search for a kind of this group version ask the server: its definition has changed. */
  forget(apiVersion: string): void;
}

export interface DiscoveryOptions {
  readonly clock: Clock;
  /** For so long a kind that was not there is not asked for again: its CRD may be on its way. */
  readonly missMs?: number;
}

/** The kinds of one group version. */
interface Kinds {
  readonly types: ReadonlyMap<string, ResourceType>;
  readonly readAt: number;
}

const MISS_MS = 5_000;

/** Reads a group version when somebody first asks for one of its kinds, and again only on a miss. */
export function createDiscovery(
  transport: Transport,
  { clock, missMs = MISS_MS }: DiscoveryOptions,
): Discovery {
  const known = new Map<string, Kinds>();
  const reading = new Map<string, Promise<Kinds>>();

  const read = async (apiVersion: string): Promise<Kinds> => ({
    types: await readTypes(transport, apiVersion),
    readAt: clock.monotonicMs(),
  });
  /** All who ask at once share one request; the abort of one does not take it from the others. */
  const readShared = async (apiVersion: string): Promise<Kinds> => {
    const running = reading.get(apiVersion) ?? read(apiVersion);
    reading.set(apiVersion, running);
    try {
      const kinds = await running;
      // Not what was asked for before somebody had it forgotten.
      if (reading.get(apiVersion) === running) known.set(apiVersion, kinds);
      return kinds;
    } finally {
      if (reading.get(apiVersion) === running) reading.delete(apiVersion);
    }
  };

  return {
    find: async (apiVersion, kind, signal) => {
      if (!isApiVersion(apiVersion)) return undefined;
      const old = known.get(apiVersion);
      const type = old?.types.get(kind);
      if (type !== undefined || (old !== undefined && clock.monotonicMs() - old.readAt < missMs)) return type;
      return (await abortable(readShared(apiVersion), signal)).types.get(kind);
    },
    forget: (apiVersion) => {
      known.delete(apiVersion);
      reading.delete(apiVersion);
    },
  };
}

export interface WireResources {
  readonly resources?: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly verbs?: readonly string[];
  }[];
}

async function readTypes(
  transport: Transport,
  apiVersion: string,
): Promise<ReadonlyMap<string, ResourceType>> {
  const types = new Map<string, ResourceType>();
  let list: WireResources;
  try {
    // Bounded by the transport's own timeout and retries.
    const { signal } = new AbortController();
    list = (await transport.request(apiResourcesRequest(apiVersion), signal)) as WireResources;
  } catch (caught) {
    if (isNotFound(caught)) return types;
    throw caught;
  }
  for (const { type } of typesIn(apiVersion, list)) if (!types.has(type.kind)) types.set(type.kind, type);
  return types;
}

/** The kinds of a group version with what may be done with their objects; subresources are no kinds. */
export function typesIn(
  apiVersion: string,
  { resources = [] }: WireResources,
): readonly { readonly type: ResourceType; readonly verbs: readonly string[] }[] {
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, kind, namespaced, verbs = [] }) => ({
      type: { group, version, kind, plural: name, namespaced },
      verbs,
    }));
}

/** Asks for the kinds of one group version. */
export function apiResourcesRequest(apiVersion: string): ApiRequest {
  const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return { verb: 'get', resource: 'apiresources', subject: apiVersion, path };
}

/** It comes from somebody's chart and goes into a path. */
function isApiVersion(text: string): boolean {
  return /^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*\/)?v[a-z0-9]+$/.test(text);
}
