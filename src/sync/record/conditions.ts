import { withCondition, withoutCondition } from '../../api/conditions.ts';
import type { GitSyncStatus, SyncConditionType } from '../../api/gitsync/git-sync.ts';
import type { ConditionStatus } from '../../api/helm-release.ts';
import type { SyncContext } from './context.ts';

/** How a GitSync stands, in one word and one sentence. */
export interface Standing {
  readonly reason: string;
  readonly message: string;
}

/** All that Git wants is in the cluster. */
export function ready(status: GitSyncStatus, standing: Standing, context: SyncContext): GitSyncStatus {
  return without(withState(status, 'Ready', 'True', standing, context), 'Reconciling', 'Stalled');
}

/** Work is going on; whether it comes to a good end is not known. */
export function progressing(status: GitSyncStatus, message: string, context: SyncContext): GitSyncStatus {
  const standing = { reason: 'Progressing', message };
  const reconciling = withState(status, 'Reconciling', 'True', standing, context);
  return without(withState(reconciling, 'Ready', 'Unknown', standing, context), 'Stalled');
}

/** Something is wrong: it is tried again by itself, or only a change of the GitSync or a new commit can help. */
export function troubled(
  status: GitSyncStatus,
  standing: Standing,
  willRetry: boolean,
  context: SyncContext,
): GitSyncStatus {
  const notReady = withState(status, 'Ready', 'False', standing, context);
  return willRetry
    ? without(withState(notReady, 'Reconciling', 'True', standing, context), 'Stalled')
    : without(withState(notReady, 'Stalled', 'True', standing, context), 'Reconciling');
}

function withState(
  status: GitSyncStatus,
  type: SyncConditionType,
  value: ConditionStatus,
  { reason, message }: Standing,
  { observedGeneration, now }: SyncContext,
): GitSyncStatus {
  const next = { type, status: value, reason, message, observedGeneration };
  return { ...status, conditions: [...withCondition(status.conditions, next, now)] };
}

/** Tools that judge by conditions read these two as absent when they are not so. */
function without(status: GitSyncStatus, ...types: readonly SyncConditionType[]): GitSyncStatus {
  const conditions = types.reduce((list, type) => withoutCondition(list, type), status.conditions ?? []);
  return { ...status, conditions: [...conditions] };
}
