import type { Condition, ConditionType } from './helm-release.ts';
import { kubeTime } from './time.ts';
import { withoutUndefined } from './without-undefined.ts';

/** What the API machinery of Kubernetes allows for the message of a condition. */
export const MAX_MESSAGE = 32_768;

/** A condition as its writer knows it: the times are kept by `withCondition`. */
export type NewCondition = Omit<Condition, 'lastTransitionTime' | 'lastUpdateTime'>;

/**
 * The list with `next` set. `lastTransitionTime` moves only when the status does, `lastUpdateTime` when anything
 * does, and the very same array comes back when nothing changed, so that a caller can skip the write with
 * `===`. What changed goes to the end, as it always did: the list reads from old to new.
 */
export function withCondition(
  conditions: readonly Condition[] | undefined,
  next: NewCondition,
  now: Date,
): readonly Condition[] {
  const list = conditions ?? [];
  const message = next.message === undefined ? undefined : cut(next.message);
  const old = conditionOf(list, next.type);
  if (
    old?.status === next.status &&
    old.reason === next.reason &&
    old.message === message &&
    old.observedGeneration === next.observedGeneration
  ) {
    return list;
  }
  const at = kubeTime(now);
  const changed = withoutUndefined<Condition>({
    ...next,
    message,
    lastUpdateTime: at,
    lastTransitionTime: old?.status === next.status ? (old.lastTransitionTime ?? at) : at,
  });
  return [...list.filter((each) => each.type !== next.type), changed];
}

/** The list without conditions of that type; the very same array if there are none. */
export function withoutCondition(
  conditions: readonly Condition[] | undefined,
  type: ConditionType,
): readonly Condition[] {
  const list = conditions ?? [];
  return conditionOf(list, type) === undefined ? list : list.filter((each) => each.type !== type);
}

export function conditionOf(
  conditions: readonly Condition[] | undefined,
  type: ConditionType,
): Condition | undefined {
  return conditions?.find((each) => each.type === type);
}

export function isTrue(conditions: readonly Condition[] | undefined, type: ConditionType): boolean {
  return conditionOf(conditions, type)?.status === 'True';
}

/** Never in the middle of a surrogate pair: half of one is no valid text for the API server. */
function cut(message: string): string {
  if (message.length <= MAX_MESSAGE) return message;
  const splitsPair = (message.codePointAt(MAX_MESSAGE - 1) ?? 0) > 0xffff;
  return message.slice(0, splitsPair ? MAX_MESSAGE - 1 : MAX_MESSAGE);
}
