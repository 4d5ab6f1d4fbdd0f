import type { Health } from '../../health/health.ts';
import type { Action } from '../decide/action.ts';
import type { Outcome } from '../outcome.ts';
import type { Pass } from '../pass.ts';
import type { Plan } from '../plan.ts';
import type { Readiness } from '../observe/readiness.ts';
import { inProgress, troubled } from '../record/conditions.ts';
import { healthy } from '../record/health.ts';
import { chartFetched } from '../record/observed-release.ts';
import { succeeded } from '../record/attempt.ts';

export interface SettlePorts {
  readonly readiness: Pick<Readiness, 'watched'>;
  /** Time until an unchanged release is looked at again, in case that an event was missed. */
  readonly resyncMs: () => number;
}

/** Nothing is to be done now: says so in status, which costs a write only if it is news. */
export async function settle(
  action: Extract<Action, { kind: 'nothing' | 'wait' | 'stay' }>,
  pass: Pass,
  plan: Plan,
  { readiness, resyncMs }: SettlePorts,
): Promise<Outcome> {
  switch (action.kind) {
    case 'nothing': {
      const health: Health = readiness.watched(pass.target) ?? { kind: 'ready' };
      await pass.save((status, context) =>
        healthy(succeeded(chartFetched(status, plan.chart.revision, context), context), health, context),
      );
      return { kind: 'done' };
    }
    case 'wait':
      if (pass.status().failure === undefined) {
        await pass.save((status, context) => inProgress(status, action.why, context));
      }
      return { kind: 'wait', ms: Math.min(action.ms, resyncMs()) };
    case 'stay': {
      const { failure } = pass.status();
      const cause = failure?.cause ?? 'this input was rolled back before; change chart, values or options';
      if (failure === undefined) {
        await pass.save((status, context) => troubled(status, 'Rejected', cause, false, context));
      }
      return { kind: 'stalled', cause };
    }
  }
}
