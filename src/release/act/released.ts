import { kubeTime } from '../../api/time.ts';
import { trailSentence } from '../../api/trail.ts';
import type { Cause } from '../decide/action.ts';
import type { EventRecorder } from '../../kube/events.ts';
import { meterEnd } from '../record/meter.ts';
import type { Meter } from '../record/meter.ts';
import type { Pass } from '../pass.ts';
import type { Plan } from '../plan.ts';
import { entryOf, historyOf } from '../observe/history.ts';
import { released } from '../record/attempt.ts';
import { healthy } from '../record/health.ts';
import { madeFrom } from './deploy.ts';

export interface ReleasedPorts {
  readonly events: EventRecorder;
  /** Undefined where the end of the operation was counted already. */
  readonly meter: Meter | undefined;
}

/** Records that a revision became ready and passed what was asked of it. */
export async function recordReleased(
  pass: Pass,
  plan: Plan,
  revision: number,
  { events, meter }: ReleasedPorts,
  cause?: Cause,
): Promise<void> {
  if (meter !== undefined) meterEnd(pass, meter, true);
  await pass.save((status, context) => {
    const known = entryOf(historyOf(status), revision);
    const begun = status.operation?.startedAt ?? kubeTime(context.now);
    const made = { ...madeFrom(plan, status, revision), ...(cause === undefined ? {} : { cause }) };
    // One that was known already may have been made under another key of the digest.
    const entry = { ...(known ?? { ...made, result: 'Pending', time: begun }), digest: plan.digest };
    return healthy(released(status, entry, context), { kind: 'ready' }, context);
  });
  const { releaseName, namespace } = pass.target;
  pass.log.info(plan.settings.wait ? 'release is ready' : 'release is deployed, and not waited for', {
    revision,
    sourceRevision: plan.chart.revision,
  });
  events.record({
    regarding: pass.release(),
    type: 'Normal',
    reason: 'ReleaseSynced',
    message: `managed release '${releaseName}' in namespace '${namespace}' synchronized${trailOf(plan)}`,
  });
}

function trailOf({ trail }: Plan): string {
  return trail === undefined ? '' : `: ${trailSentence(trail)}`;
}
