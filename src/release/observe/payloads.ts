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

const MAX_CACHED = 2_000;

/** One read per revision: what Helm stored of it never changes, and only the newest of a release is asked for. */
export function createPayloadReader(storage: Pick<Storage, 'read'>): ReadPayload {
  const cache = new Map<string, { readonly uid: string; readonly payload: Payload }>();
  return async (target, { revision, uid }, signal) => {
    const key = formatTarget(target);
    const cached = cache.get(key);
    // By the uid of the Secret: after an uninstall Helm counts from 1 again.
    if (cached?.uid === uid) return cached.payload;
    const stored = await storage.read(target.namespace, target.releaseName, revision, signal);
    if (stored === undefined) return undefined;
    const payload = {
      objects: objectsOf(stored.manifest, target.namespace),
      hasHooks: stored.hooks.length > 0,
      applyMethod: stored.applyMethod,
      hasSecrets: [stored.manifest, ...stored.hooks.map(({ manifest }) => manifest)].some(holdsSecrets),
    };
    cache.delete(key);
    cache.set(key, { uid, payload });
    const oldest = cache.keys().next();
    if (cache.size > MAX_CACHED && oldest.done !== true) cache.delete(oldest.value);
    return payload;
  };
}
