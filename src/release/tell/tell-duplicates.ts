import type { EventRecorder } from '../../kube/events.ts';
import type { ReadPayload } from '../observe/payloads.ts';
import type { RevisionId } from '../observe/readiness.ts';
import type { Pass } from '../pass.ts';

export interface TellDuplicatesPorts {
  readonly readPayload: ReadPayload;
  readonly events: EventRecorder;
}

const MAX_NAMED = 5;

/** A chart that holds an object twice: Helm 3 refuses that, Helm 4 lets one of them win without a word. */
export async function tellDuplicates(
  pass: Pass,
  made: RevisionId,
  { readPayload, events }: TellDuplicatesPorts,
): Promise<void> {
  const objects = (await readPayload(pass.target, made, pass.signal))?.objects ?? [];
  const names = Map.groupBy(objects, ({ kind, namespace, name }) =>
    namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`,
  );
  const twice = [...names].filter(([, same]) => same.length > 1).map(([name]) => name);
  if (twice.length === 0) return;
  const message = `the chart holds more than one of these, and one of each wins: ${twice.slice(0, MAX_NAMED).join(', ')}`;
  pass.log.warn('duplicate objects', { warning: message });
  events.record({ regarding: pass.release(), type: 'Warning', reason: 'DuplicateObjects', message });
}
