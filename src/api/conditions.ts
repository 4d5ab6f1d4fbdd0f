import type { ConditionStatus, ConditionType } from './helm-release.ts';
import { kubeTime } from './time.ts';
import { withoutUndefined } from './without-undefined.ts';

/** What the API machinery of Kubernetes allows for the message of a condition. */
export const MAX_MESSAGE = 32_768;

/** A condition of any of our kinds, whose types are `T`. */
export interface ConditionOf<T extends string> {
  readonly type: T;
  readonly status: ConditionStatus;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly lastUpdateTime?: string | undefined;
  readonly lastTransitionTime?: string | undefined;
  readonly observedGeneration?: number | undefined;
}

/** A condition as its writer knows it: the times are kept by `withCondition`. */
export type NewCondition<T extends string = ConditionType> = Omit<
  ConditionOf<T>,
  'lastTransitionTime' | 'lastUpdateTime'
>;

/**
 * The list with `next` set. `lastTransitionTime` moves only when the status does, `lastUpdateTime` when anything
 * does, and the very same array comes back when nothing changed, so that a caller can skip the write with
 * `===`. What changed goes to the end, as it always did: the list reads from old to new.
 */
export function withCondition<T extends string>(
  conditions: readonly ConditionOf<T>[] | undefined,
  next: NewCondition<T>,
  now: Date,
): readonly ConditionOf<T>[] {
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
  const changed = withoutUndefined<ConditionOf<T>>({
    ...next,
    message,
    lastUpdateTime: at,
    lastTransitionTime: old?.status === next.status ? (old.lastTransitionTime ?? at) : at,
  });
  return [...list.filter((each) => each.type !== next.type), changed];
}

/** The list without conditions of that type; the very same array if there are none. */
export function withoutCondition<T extends string>(
  conditions: readonly ConditionOf<T>[] | undefined,
  type: NoInfer<T>,
): readonly ConditionOf<T>[] {
  const list = conditions ?? [];
  return conditionOf(list, type) === undefined ? list : list.filter((each) => each.type !== type);
}

export function conditionOf<T extends string>(
  conditions: readonly ConditionOf<T>[] | undefined,
  type: NoInfer<T>,
): ConditionOf<T> | undefined {
  return conditions?.find((each) => each.type === type);
}

export function isTrue<T extends string>(
  conditions: readonly ConditionOf<T>[] | undefined,
  type: NoInfer<T>,
): boolean {
  return conditionOf(conditions, type)?.status === 'True';
}

/** Never in the middle of a surrogate pair: half of one is no valid text for the API server. */
function cut(message: string): string {
  if (message.length <= MAX_MESSAGE) return message;
  const splitsPair = (message.codePointAt(MAX_MESSAGE - 1) ?? 0) > 0xffff;
  return message.slice(0, splitsPair ? MAX_MESSAGE - 1 : MAX_MESSAGE);
}
