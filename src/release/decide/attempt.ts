import type { Memory, RememberedFailure } from '../observe/memory.ts';
import type { Action, Cause } from './action.ts';
import type { Wanted } from './wanted.ts';

const RETRY_LATER = 'the next try is due later';

/** Takes the action unless the same input has failed before and its time has not come. */
export function attempt(
  wanted: Wanted,
  memory: Memory,
  because: Cause,
  action: (because: Cause) => Action,
): Action {
  return unlessHeld(failureOf(wanted, memory), memory, because, action);
}

/** Of what has failed before, or has not. */
export function unlessHeld(
  failure: RememberedFailure | undefined,
  { requested }: Memory,
  because: Cause,
  action: (because: Cause) => Action,
): Action {
  if (failure === undefined) return action(because);
  if (requested) return action('Requested');
  if (failure.dueInMs === undefined) return { kind: 'stay', why: 'failed' };
  if (failure.dueInMs > 0) return { kind: 'wait', for: 'retry', ms: failure.dueInMs, why: RETRY_LATER };
  return action(because === 'FirstInstall' ? because : 'Retry');
}

export function failureOf(wanted: Wanted, memory: Memory): RememberedFailure | undefined {
  return memory.failure?.digest === wanted.digest ? memory.failure : undefined;
}

export function failedRollbackOf(wanted: Wanted, memory: Memory): RememberedFailure | undefined {
  return memory.rollback?.digest === wanted.digest ? memory.rollback : undefined;
}
