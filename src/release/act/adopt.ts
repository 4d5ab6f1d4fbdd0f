import { MARK_DIGEST_LABEL, MARK_OWNER_LABEL, MARK_REVISION_LABEL } from '../../api/names.ts';
import type { Storage } from '../../helm/storage/storage.ts';
import type { Pass } from '../pass.ts';
import type { Plan } from '../plan.ts';
import { recordReleased } from './released.ts';
import { upgrade } from './upgrade.ts';
import type { UpgradeFrom, UpgradePorts } from './upgrade.ts';

export interface AdoptPorts extends UpgradePorts {
  readonly storage: Storage;
  /** What differs between a stored revision and the plan, in words; undefined when nothing does. */
  readonly differenceFrom: (plan: Plan, revision: number, signal: AbortSignal) => Promise<string | undefined>;
}

/** Takes over a release that somebody else made: without a new revision when nothing differs. */
export async function adopt(pass: Pass, plan: Plan, from: UpgradeFrom, ports: AdoptPorts): Promise<void> {
  const difference = await ports.differenceFrom(plan, from.revision, pass.signal);
  if (difference !== undefined) {
    pass.log.info('taking over a release that differs', { revision: from.revision, difference });
    await upgrade(pass, plan, { kind: 'upgrade', because: 'Adopted' }, from, ports);
    return;
  }
  const { namespace, releaseName } = pass.target;
  pass.log.info('taking over a release as it is', { revision: from.revision });
  await ports.storage.label(
    namespace,
    releaseName,
    from.revision,
    {
      [MARK_DIGEST_LABEL]: plan.digest,
      [MARK_REVISION_LABEL]: String(from.revision),
      [MARK_OWNER_LABEL]: ports.marks.owner(plan.key),
    },
    pass.signal,
  );
  await recordReleased(pass, plan, from.revision, ports);
}
