import { MARK_DIGEST_LABEL, MARK_OWNER_LABEL, MARK_REVISION_LABEL } from '../../api/names.ts';
import type { HelmReleaseStatus } from '../../api/helm-release.ts';
import type { Marks } from '../../helm/storage/marks.ts';
import type { RevisionRecord } from '../../helm/storage/revision.ts';
import type { Storage } from '../../helm/storage/storage.ts';
import { adoptionOf } from '../observe/adoption.ts';
import type { DifferenceFrom } from '../observe/difference.ts';
import { entryOf, historyOf, isGood } from '../observe/history.ts';
import type { Pass } from '../pass.ts';
import type { Plan } from '../plan.ts';
import { metered } from '../record/meter.ts';
import { withPinned } from './deploy.ts';
import { reject } from './reject.ts';
import { recordReleased } from './released.ts';
import { upgrade } from './upgrade.ts';
import type { UpgradeFrom, UpgradePorts } from './upgrade.ts';

export interface AdoptPorts extends UpgradePorts {
  readonly storage: Storage;
  readonly differenceFrom: DifferenceFrom;
}

/**
 * Takes over a deployed release that says nothing to us: somebody else made it, or its digest is of another key or
 * formula. Without a new revision when nothing differs.
 */
export async function adopt(
  pass: Pass,
  plan: Plan,
  from: UpgradeFrom,
  records: readonly RevisionRecord[],
  ports: AdoptPorts,
): Promise<void> {
  const { revision } = from;
  pass.log.info(`running dry-run upgrade to compare with release version '${String(revision)}'`);
  const adoption = await metered(pass, ports.meter, { action: 'dry-run-compare', revision }, () =>
    withPinned(plan, ports, () => adoptionOf(pass, plan, records, ports.differenceFrom)),
  );
  switch (adoption.kind) {
    case 'same':
      await takeOver(pass, plan, revision, records.at(-1)?.marks, ports);
      return;
    case 'rejected':
      await reject(pass, plan, { revision, failed: adoption.failed }, ports);
      return;
    case 'different':
      // In the words that people's log searches look for, as 1.4.4 wrote them.
      pass.log.info('difference detected during release comparison', { revision, diff: adoption.difference });
      await upgrade(pass, plan, { kind: 'upgrade', because: 'Adopted' }, from, ports);
  }
}

async function takeOver(
  pass: Pass,
  plan: Plan,
  revision: number,
  found: Marks | undefined,
  ports: AdoptPorts,
): Promise<void> {
  const { namespace, releaseName } = pass.target;
  pass.log.info('taking over a release as it is', { revision });
  const marks = {
    [MARK_DIGEST_LABEL]: plan.digest,
    [MARK_REVISION_LABEL]: String(revision),
    [MARK_OWNER_LABEL]: ports.marks.owner(plan.key),
  };
  await metered(pass, ports.meter, { action: 'annotate', revision }, () =>
    ports.storage.label(namespace, releaseName, revision, marks, pass.signal),
  );
  // What we were in the middle of when the key of its digest was lost goes on from where it was.
  const isOwn = found?.revision === revision && found.owner === marks[MARK_OWNER_LABEL];
  if (!isUnfinished(pass.status(), revision, isOwn))
    await recordReleased(pass, plan, revision, ports, 'Adopted');
}

/** Of our own work status knows how it became: where it does not, nobody knows. */
function isUnfinished({ operation, history }: HelmReleaseStatus, revision: number, isOwn: boolean): boolean {
  const entry = entryOf(historyOf({ history }), revision);
  return operation?.toRevision === revision || (entry === undefined ? isOwn : !isGood(entry));
}
