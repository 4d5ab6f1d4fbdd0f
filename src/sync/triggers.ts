import type { GitSync } from '../api/gitsync/git-sync.ts';
import { CONFIRM_PRUNE_ANNOTATION, SYNC_RECONCILE_AT_ANNOTATION } from '../api/names.ts';
import { repositoryKey } from '../git/repository-key.ts';
import type { Change } from '../kube/store.ts';

/** The indexes by which an event finds the GitSyncs that it concerns. */
export const SYNC_INDEXES = {
  /** By the Secret that they read. */
  secret: ({ metadata, spec }: GitSync): readonly string[] =>
    spec.secretRef === undefined ? [] : [`${metadata.namespace ?? ''}/${spec.secretRef.name}`],
  /** By the repository, however its URL is written. */
  repository: ({ spec }: GitSync): readonly string[] => {
    const key = repositoryKey(spec.url);
    return key === undefined ? [] : [key];
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
