import type { Action } from './decide/action.ts';
import type { SlotWish } from './in-slot.ts';
import type { Plan } from './plan.ts';
import { poolOf } from './pool-of.ts';

/** The slot that an action waits for; undefined for those that run no helm. */
export function slotFor(action: Action, plan: Plan): SlotWish | undefined {
  const pool = poolOf(action, plan);
  return pool === undefined ? undefined : { pool, urgent: isUrgent(action), chartBytes: plan.chart.bytes };
}

/** What a person has just changed, and what is broken by it, comes before what is tried again or taken over. */
function isUrgent(action: Action): boolean {
  switch (action.kind) {
    case 'install':
    case 'upgrade':
      return !['Retry', 'Adopted', 'Interrupted'].includes(action.because);
    case 'adopt':
      return false;
    default:
      return true;
  }
}
