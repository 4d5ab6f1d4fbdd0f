import type { GitSync } from '../api/gitsync/git-sync.ts';
import type { SyncSettings } from '../api/gitsync/settings.ts';
import { SYNC_FINALIZER } from '../api/names.ts';
import { addFinalizer, type FinalizerPorts, hasFinalizer, removeFinalizer } from '../kube/finalizers.ts';

/** Only what is to be deleted with its objects is held: whoever deletes any other GitSync waits for nobody. */
export async function holdIfNeeded(
  sync: GitSync,
  { deletionPolicy }: SyncSettings,
  ports: FinalizerPorts<GitSync>,
  signal: AbortSignal,
): Promise<GitSync> {
  const held = hasFinalizer(sync, SYNC_FINALIZER);
  if (deletionPolicy === 'delete' && !held) return await addFinalizer(sync, SYNC_FINALIZER, ports, signal);
  if (deletionPolicy === 'orphan' && held) return await removeFinalizer(sync, SYNC_FINALIZER, ports, signal);
  return sync;
}
