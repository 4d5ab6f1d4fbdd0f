import type { ReleaseTarget } from '../../api/release-name.ts';
import type { RevisionRecord } from '../../helm/storage/revision.ts';
import type { Storage } from '../../helm/storage/storage.ts';
import { formatTarget } from '../plan.ts';
import { readPacked } from './read-packed.ts';
import type { Payload } from './payload.ts';

/** Reads the payload of a revision; undefined if there is no such revision. */
export type ReadPayload = (
  target: ReleaseTarget,
  record: Pick<RevisionRecord, 'revision' | 'uid'>,
  signal: AbortSignal,
) => Promise<Payload | undefined>;

/** Objects of all releases together, some 100 bytes each: those of 40,000 releases with five. */
const MAX_CACHED = 200_000;

/** One read per revision: what Helm stored of it never changes, and only the newest of a release is asked for. */
export function createPayloadReader(storage: Pick<Storage, 'packed'>): ReadPayload {
  const cache = new Map<string, { readonly uid: string; readonly payload: Payload }>();
  let cachedObjects = 0;

  /** Even a release without any object takes some room. */
  const weightOf = ({ objects }: Payload): number => objects.length + 1;

  const drop = (key: string): void => {
    const cached = cache.get(key);
    if (cached !== undefined && cache.delete(key)) cachedObjects -= weightOf(cached.payload);
  };

  const keep = (key: string, uid: string, payload: Payload): void => {
    drop(key);
    cache.set(key, { uid, payload });
    cachedObjects += weightOf(payload);
    for (const oldest of cache.keys()) {
      if (cachedObjects <= MAX_CACHED) return;
      drop(oldest);
    }
  };

  return async (target, { revision, uid }, signal) => {
    const key = formatTarget(target);
    const cached = cache.get(key);
    // By the uid of the Secret: after an uninstall Helm counts from 1 again.
    if (cached?.uid === uid) return cached.payload;
    const packed = await storage.packed(target.namespace, target.releaseName, revision, signal);
    if (packed === undefined) return undefined;
    const payload = await readPacked({ packed, namespace: target.namespace }, signal);
    keep(key, uid, payload);
    return payload;
  };
}
