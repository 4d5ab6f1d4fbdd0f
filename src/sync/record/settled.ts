import type { GitSyncStatus, HeldPrune, KeptObject } from '../../api/gitsync/git-sync.ts';
import { MAX_SHOWN } from '../../api/gitsync/schema/limits.ts';
import { ready, type StandingContext, troubled } from '../../api/standing.ts';
import { kubeTime } from '../../api/time.ts';
import type { Revision } from '../fetch/find-revision.ts';

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
  context: StandingContext,
): GitSyncStatus {
  const { failure: _failure, heldPrune: _held, kept: _kept, keptCount: _count, ...rest } = status;
  const isHere = rest.appliedRevision === revision.shown;
  const next: GitSyncStatus = {
    ...rest,
    observedGeneration: context.observedGeneration,
    appliedRevision: revision.shown,
    appliedAt: (isHere ? rest.appliedAt : undefined) ?? kubeTime(context.now),
    attemptedRevision: revision.shown,
    counts,
    ...(held === undefined ? {} : { heldPrune: held }),
    ...(kept.length === 0 ? {} : { kept: kept.slice(0, MAX_SHOWN), keptCount: kept.length }),
  };
  return standing(next, context);
}

/** How a GitSync stands whose revision is in the cluster. */
export function standing(status: GitSyncStatus, context: StandingContext): GitSyncStatus {
  const { heldPrune: held, appliedRevision = '' } = status;
  return held === undefined
    ? ready(status, 'Applied', `applied ${appliedRevision}`, context)
    : troubled(status, 'PruneHeld', held.why, false, context);
}
