import type { GitSync } from '../api/gitsync/git-sync.ts';
import { CONFIRM_PRUNE_ANNOTATION, SYNC_RECONCILE_AT_ANNOTATION } from '../api/names.ts';
import type { Change } from '../kube/store.ts';

/** The indexes by which an event finds the GitSyncs that it concerns. */
export const SYNC_INDEXES = {
  /** By the Secrets that they read. */
  secret: ({ metadata, spec }: GitSync): readonly string[] => {
    const names = [spec.secretRef, spec.verify?.secretRef].flatMap((ref) => ref?.name ?? []);
    return [...new Set(names)].map((name) => `${metadata.namespace ?? ''}/${name}`);
  },
} as const;

/** Annotations by which people ask for something. */
const COMMANDS = [SYNC_RECONCILE_AT_ANNOTATION, CONFIRM_PRUNE_ANNOTATION] as const;

/** Whether a GitSync is worth another look: not when only its status changed. */
export function concernsSync(change: Change<GitSync>): boolean {
  if (change.kind !== 'updated') return true;
  const [before, after] = [change.previous.metadata, change.object.metadata];
  return (
    before.generation !== after.generation ||
    before.uid !== after.uid ||
    before.deletionTimestamp !== after.deletionTimestamp ||
    COMMANDS.some((name) => before.annotations?.[name] !== after.annotations?.[name])
  );
}
