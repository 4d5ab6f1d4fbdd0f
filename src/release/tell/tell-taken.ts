import type { HelmOutcome } from '../../helm/outcome.ts';
import type { EventRecorder } from '../../kube/events.ts';
import type { FieldOwners } from '../observe/field-owners.ts';
import type { RevisionId } from '../observe/readiness.ts';
import type { Pass } from '../pass.ts';
import type { Plan } from '../plan.ts';

export interface TellTakenPorts {
  readonly fieldOwners: FieldOwners;
  readonly events: EventRecorder;
}

const MAX_NAMED = 5;

/**
 * Runs helm, and tells which fields of whom it has taken over. With forceConflicts it takes what others have changed
 * since, as Helm 3 always did: an autoscaler's replicas, what somebody edited by hand.
 */
export async function tellingTaken(
  pass: Pass,
  { settings }: Plan,
  from: RevisionId | undefined,
  { fieldOwners, events }: TellTakenPorts,
  run: () => Promise<HelmOutcome>,
): Promise<HelmOutcome> {
  const { target, signal } = pass;
  const asked = settings.forceConflicts && from !== undefined;
  const owned = asked ? await fieldOwners.others(target, from, signal) : [];
  const outcome = await run();
  const taken = owned.length === 0 ? [] : await fieldOwners.taken(owned, signal);
  if (taken.length === 0) return outcome;
  const more = taken.length > MAX_NAMED ? `; and ${String(taken.length - MAX_NAMED)} more` : '';
  const fields = `${taken.slice(0, MAX_NAMED).join('; ')}${more}`;
  pass.log.info('took fields over', { fields });
  events.record({
    regarding: pass.release(),
    type: 'Normal',
    reason: 'FieldsTakenOver',
    message: `helm took fields over: ${fields} (to make it fail instead, set spec.forceConflicts to false; to leave them alone, leave them out of the chart)`,
  });
  return outcome;
}
