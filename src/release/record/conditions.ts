import { withCondition, withoutCondition } from '../../api/conditions.ts';
import type { Condition, ConditionStatus, ConditionType, HelmReleaseStatus } from '../../api/helm-release.ts';
import type { RecordContext } from './context.ts';

/** Sets one of our own three conditions; kstatus tools read `Reconciling` and `Stalled` as absent when false. */
export function withState(
  status: HelmReleaseStatus,
  type: ConditionType,
  value: ConditionStatus,
  reason: string,
  message: string,
  { observedGeneration, now }: RecordContext,
): HelmReleaseStatus {
  const next = { type, status: value, reason, message, observedGeneration };
  return withConditions(status, withCondition(status.conditions, next, now));
}

export function withoutStates(status: HelmReleaseStatus, ...types: ConditionType[]): HelmReleaseStatus {
  const kept = types.reduce<readonly Condition[]>(withoutCondition, status.conditions ?? []);
  return status.conditions === undefined ? status : withConditions(status, kept);
}

function withConditions(status: HelmReleaseStatus, conditions: readonly Condition[]): HelmReleaseStatus {
  return conditions === status.conditions ? status : { ...status, conditions };
}

/** Work is going on, and the sentence says which. */
export function inProgress(
  status: HelmReleaseStatus,
  message: string,
  context: RecordContext,
): HelmReleaseStatus {
  const reconciling = withState(status, 'Reconciling', 'True', 'Progressing', message, context);
  const ready = withState(reconciling, 'Ready', 'Unknown', 'Progressing', message, context);
  return withoutStates(ready, 'Stalled');
}

/** Something is wrong; it is tried again by itself, or stalls until its input changes. */
export function troubled(
  status: HelmReleaseStatus,
  reason: string,
  message: string,
  willRetry: boolean,
  context: RecordContext,
): HelmReleaseStatus {
  const notReady = withState(status, 'Ready', 'False', reason, message, context);
  return willRetry
    ? withoutStates(withState(notReady, 'Reconciling', 'True', reason, message, context), 'Stalled')
    : withoutStates(withState(notReady, 'Stalled', 'True', reason, message, context), 'Reconciling');
}
