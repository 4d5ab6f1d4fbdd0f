import type { Pool } from '../helm/slots.ts';
import { preparesCrds } from './act/crds.ts';
import type { Action } from './decide/action.ts';
import type { Plan } from './plan.ts';

/** In which pool an action waits for its slot; undefined for those that run no helm. */
export function poolOf(action: Action, { chart, settings }: Plan): Pool | undefined {
  switch (action.kind) {
    case 'install':
    case 'upgrade':
      // The API server takes its time to serve new definitions, and a broken one keeps us to the limit.
      return chart.hooks === 'none' && !preparesCrds({ action: action.kind, chart, settings })
        ? 'fast'
        : 'slow';
    case 'adopt':
      return chart.hooks === 'none' ? 'fast' : 'slow';
    case 'rollback':
      // The hooks of the old revision run, and its chart is not at hand to tell whether there are any.
      return settings.rollback.disableHooks ? 'fast' : 'slow';
    case 'test':
    case 'clear':
      return 'slow';
    default:
      return undefined;
  }
}
