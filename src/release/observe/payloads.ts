import type { ReleaseTarget } from '../../api/release-name.ts';
import { objectsOf } from '../../health/objects.ts';
import type { ObjectRef } from '../../health/objects.ts';
import type { ApplyMethod } from '../../helm/requests.ts';
import type { RevisionRecord } from '../../helm/storage/revision.ts';
import { holdsSecrets } from './rendered-secrets.ts';
import type { Storage } from '../../helm/storage/storage.ts';
import { formatTarget } from '../plan.ts';

/** What is worth knowing of a stored revision beyond its labels. */
export interface Payload {
  readonly objects: readonly ObjectRef[];
  readonly hasHooks: boolean;
  readonly applyMethod: ApplyMethod;
  /** Whether there is a Secret among its objects or hooks. */
  readonly hasSecrets: boolean;
}

/** Reads the payload of a revision; undefined if there is no such revision. */
export type ReadPayload = (
  target: ReleaseTarget,
  record: Pick<RevisionRecord, 'revision' | 'uid'>,
  signal: AbortSignal,
) => Promise<Payload | undefined>;

/** Objects of all releases together, some 100 bytes each: those of 40,000 releases with five. */
const MAX_CACHED = 200_000;

/** Payloads that were read, the newest of each release. */
export interface PayloadCache {
  readonly get: (release: string, uid: string) => Payload | undefined;
  readonly keep: (release: string, uid: string, payload: Payload) => void;
}

export function createPayloadCache(): PayloadCache {
  const cache = new Map<string, { readonly uid: string; readonly payload: Payload }>();
  let cachedObjects = 0;

  /** Even a release without any object takes some room. */
  const weightOf = ({ objects }: Payload): number => objects.length + 1;

  const drop = (key: string): void => {
    const cached = cache.get(key);
    if (cached !== undefined && cache.delete(key)) cachedObjects -= weightOf(cached.payload);
  };

  return {
    get: (key, uid) => {
      const cached = cache.get(key);
      // By the uid of the Secret: after an uninstall Helm counts from 1 again.
      return cached?.uid === uid ? cached.payload : undefined;
    },
    keep: (key, uid, payload) => {
      drop(key);
      cache.set(key, { uid, payload });
      cachedObjects += weightOf(payload);
      for (const oldest of cache.keys()) {
        if (cachedObjects <= MAX_CACHED) return;
        drop(oldest);
      }
    },
  };
}

/** One read per revision: what Helm stored of it never changes, and only the newest of a release is asked for. */
export function createPayloadReader(
  storage: Pick<Storage, 'read'>,
  cache: PayloadCache = createPayloadCache(),
): ReadPayload {
  return async (target, { revision, uid }, signal) => {
    const key = formatTarget(target);
    const cached = cache.get(key, uid);
    if (cached !== undefined) return cached;
    const stored = await storage.read(target.namespace, target.releaseName, revision, signal);
    if (stored === undefined) return undefined;
    const payload = {
      // A piece of a string keeps all of it in memory: the manifest would stay for the names in it.
      objects: structuredClone(objectsOf(stored.manifest, target.namespace)),
      hasHooks: stored.hooks.length > 0,
      applyMethod: stored.applyMethod,
      hasSecrets: [stored.manifest, ...stored.hooks.map(({ manifest }) => manifest)].some(holdsSecrets),
    };
    cache.keep(key, uid, payload);
    return payload;
  };
}
