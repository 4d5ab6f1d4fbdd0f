import type { GitSyncStatus, HeldPrune, KeptObject } from '../../api/gitsync/git-sync.ts';
import { MAX_SHOWN } from '../../api/gitsync/schema/limits.ts';
import type { Revision } from '../fetch/find-revision.ts';
import { ready, troubled } from './conditions.ts';
import type { SyncContext } from './context.ts';

export interface Settled {
  readonly revision: Revision;
  readonly counts: NonNullable<GitSyncStatus['counts']>;
  readonly kept: readonly KeptObject[];
  readonly held: HeldPrune | undefined;
}

/** The whole revision is in the cluster; what left Git is gone, kept for a reason, or held for a person to confirm. */
export function settled(
  status: GitSyncStatus,
  { revision, counts, kept, held }: Settled,
  context: SyncContext,
): GitSyncStatus {
  const { failure: _failure, heldPrune: _held, kept: _kept, keptCount: _count, ...rest } = status;
  const next: GitSyncStatus = {
    ...rest,
    observedGeneration: context.observedGeneration,
    appliedRevision: revision.shown,
    attemptedRevision: revision.shown,
    counts,
    ...(held === undefined ? {} : { heldPrune: held }),
    ...(kept.length === 0 ? {} : { kept: kept.slice(0, MAX_SHOWN), keptCount: kept.length }),
  };
  return standing(next, context);
}

/** How a GitSync stands whose revision is in the cluster. */
export function standing(status: GitSyncStatus, context: SyncContext): GitSyncStatus {
  const { heldPrune: held, appliedRevision = '' } = status;
  return held === undefined
    ? ready(status, { reason: 'Applied', message: `applied ${appliedRevision}` }, context)
    : troubled(status, { reason: 'PruneHeld', message: held.why }, false, context);
}
