import type { EventRecorder } from '../../kube/events.ts';
import type { Storage } from '../../helm/storage/storage.ts';
import type { Meter } from '../record/meter.ts';
import type { Pass } from '../pass.ts';
import type { Plan } from '../plan.ts';
import { recordReleased } from './released.ts';
import { supersede } from './supersede.ts';

export interface AcceptPorts {
  readonly storage: Pick<Storage, 'list' | 'mark'>;
  readonly events: EventRecorder;
  readonly meter: Meter;
}

/** A revision that was given up became ready: it is called deployed again, and no new revision is made. */
export async function accept(
  pass: Pass,
  plan: Plan,
  revision: number,
  { storage, events, meter }: AcceptPorts,
): Promise<void> {
  const { namespace, releaseName } = pass.target;
  const records = await storage.list(namespace, releaseName, pass.signal);
  await supersede(pass, records, revision, { storage });
  await storage.mark(
    namespace,
    releaseName,
    revision,
    { status: 'deployed', description: 'became ready after its deadline' },
    pass.signal,
  );
  await recordReleased(pass, plan, revision, { events, meter });
}
