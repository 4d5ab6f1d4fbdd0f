import { kubeTime } from '../../api/time.ts';
import type { EventRecorder } from '../../kube/events.ts';
import { meterEnd } from '../record/meter.ts';
import type { Meter } from '../record/meter.ts';
import type { Pass } from '../pass.ts';
import type { Plan } from '../plan.ts';
import { entryOf, historyOf } from '../observe/history.ts';
import { released } from '../record/attempt.ts';
import { healthy } from '../record/health.ts';
import { madeFrom } from './deploy.ts';

/** Records that a revision became ready and passed what was asked of it. */
export async function recordReleased(
  pass: Pass,
  plan: Plan,
  revision: number,
  { events, meter }: { readonly events: EventRecorder; readonly meter: Meter },
): Promise<void> {
  meterEnd(pass, meter, true);
  await pass.save((status, context) => {
    const known = entryOf(historyOf(status), revision);
    const begun = status.operation?.startedAt ?? kubeTime(context.now);
    const entry = known ?? {
      ...madeFrom(plan, status.operation, revision),
      result: 'Pending' as const,
      time: begun,
    };
    return healthy(released(status, entry, context), { kind: 'ready' }, context);
  });
  const { releaseName, namespace } = pass.target;
  pass.log.info('release is ready', { revision, sourceRevision: plan.chart.revision });
  events.record({
    regarding: pass.release(),
    type: 'Normal',
    reason: 'ReleaseSynced',
    message: `managed release '${releaseName}' in namespace '${namespace}' synchronized`,
  });
}
