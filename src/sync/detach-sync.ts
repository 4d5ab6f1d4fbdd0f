import type { GitSync } from '../api/gitsync/git-sync.ts';
import { SYNC_FINALIZER } from '../api/names.ts';
import { hasFinalizer, removeFinalizer } from '../kube/finalizers.ts';
import { onLatest } from '../kube/on-latest.ts';
import type { Resource } from '../kube/resource.ts';

/** What was taken off a GitSync, in words; undefined if there was nothing. */
export async function detachSync(
  listed: GitSync,
  objects: Pick<Resource<GitSync>, 'get' | 'mergePatch'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const takeOff = async (sync: GitSync): Promise<string | undefined> => {
    if (!hasFinalizer(sync, SYNC_FINALIZER)) return undefined;
    await removeFinalizer(sync, SYNC_FINALIZER, { objects, store: { upsert: () => 'stale' } }, signal);
    return sync.metadata.deletionTimestamp === undefined
      ? 'took off finalizer; if it is deleted now, its objects stay'
      : 'took off finalizer; it is being deleted and goes now: its objects stay';
  };
  return await onLatest(listed, objects, takeOff, signal);
}
