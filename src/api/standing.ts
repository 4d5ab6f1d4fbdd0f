import { type ConditionOf, withCondition, withoutCondition } from './conditions.ts';
import type { ConditionStatus } from './helm-release.ts';

/** What tools which judge by kstatus read of an object; each of our kinds has these three, beside others or not. */
export type StandingType = 'Ready' | 'Reconciling' | 'Stalled';

interface WithConditions {
  readonly conditions?: readonly ConditionOf<string>[] | undefined;
}

export interface StandingContext {
  /** The generation that the pass has read. */
  readonly observedGeneration: number;
  readonly now: Date;
}

/** Sets one of the three; the tools read `Reconciling` and `Stalled` as absent when false. */
export function withState<S extends WithConditions>(
  status: S,
  type: StandingType,
  value: ConditionStatus,
  reason: string,
  message: string,
  { observedGeneration, now }: StandingContext,
): S {
  const next = { type, status: value, reason, message, observedGeneration };
  return withConditions(status, withCondition<string>(status.conditions, next, now));
}

export function withoutStates<S extends WithConditions>(status: S, ...types: readonly StandingType[]): S {
  const { conditions } = status;
  return conditions === undefined
    ? status
    : withConditions(
        status,
        types.reduce<typeof conditions>((kept, type) => withoutCondition<string>(kept, type), conditions),
      );
}

function withConditions<S extends WithConditions>(
  status: S,
  conditions: NonNullable<WithConditions['conditions']>,
): S {
  return conditions === status.conditions ? status : { ...status, conditions };
}

/** All is as it is wanted. */
export function ready<S extends WithConditions>(
  status: S,
  reason: string,
  message: string,
  context: StandingContext,
): S {
  return withoutStates(
    withState(status, 'Ready', 'True', reason, message, context),
    'Reconciling',
    'Stalled',
  );
}

/** Work is going on, and the sentence says which. */
export function inProgress<S extends WithConditions>(
  status: S,
  message: string,
  context: StandingContext,
): S {
  const reconciling = withState(status, 'Reconciling', 'True', 'Progressing', message, context);
  const unknown = withState(reconciling, 'Ready', 'Unknown', 'Progressing', message, context);
  return withoutStates(unknown, 'Stalled');
}

/** Something is wrong; it is tried again by itself, or stalls until its input changes. */
export function troubled<S extends WithConditions>(
  status: S,
  reason: string,
  message: string,
  willRetry: boolean,
  context: StandingContext,
): S {
  const notReady = withState(status, 'Ready', 'False', reason, message, context);
  return willRetry
    ? withoutStates(withState(notReady, 'Reconciling', 'True', reason, message, context), 'Stalled')
    : withoutStates(withState(notReady, 'Stalled', 'True', reason, message, context), 'Reconciling');
}
