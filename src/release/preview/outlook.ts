import type { RevisionRecord } from '../../helm/storage/revision.ts';
import { claimOf, releaseTaken } from '../admit/claim.ts';
import type { ClaimKnowledge } from '../admit/claim.ts';
import { withPinned } from '../act/deploy.ts';
import type { DeployPorts } from '../act/deploy.ts';
import { heldByTiller } from '../admit/require-converted.ts';
import type { RequireConvertedPorts } from '../admit/require-converted.ts';
import { namespaceMissing } from '../admit/require-namespace.ts';
import type { RequireNamespacePorts } from '../admit/require-namespace.ts';
import { consider } from '../consider.ts';
import type { ConsiderPorts } from '../consider.ts';
import { contestOver } from '../contest.ts';
import type { Action } from '../decide/action.ts';
import { adoptionOf } from '../observe/adoption.ts';
import type { DifferenceFrom } from '../observe/difference.ts';
import type { Revisions } from '../observe/revisions.ts';
import type { Pass } from '../pass.ts';
import type { Plan } from '../plan.ts';
import { wishOf } from '../wish.ts';
import { explain } from './explain.ts';
import type { Forecast } from './forecast.ts';
import { troubled } from './troubled.ts';

export type OutlookPorts = ConsiderPorts &
  ClaimKnowledge &
  Pick<DeployPorts, 'charts'> &
  Pick<RequireConvertedPorts, 'tillerRecordOf'> &
  Pick<RequireNamespacePorts, 'surroundings'> & {
    readonly revisions: Pick<Revisions, 'watched' | 'fresh'>;
    readonly differenceFrom: DifferenceFrom;
  };

/** What would be done for a plan: whose the release is, what stands in the way, and then the decision. */
export async function outlook(pass: Pass, plan: Plan, ports: OutlookPorts): Promise<Forecast> {
  const records =
    ports.revisions.watched(pass.target) ?? (await ports.revisions.fresh(pass.target, pass.signal));
  const claim = await claimOf(pass, records.at(-1), ports);
  if (claim.kind === 'taken') return troubled(releaseTaken(pass.target, claim.by));
  const obstacle =
    records.length === 0
      ? ((await namespaceMissing(pass, ports.surroundings)) ??
        (await heldByTiller(pass, ports.tillerRecordOf)))
      : undefined;
  if (obstacle !== undefined) return troubled(obstacle);
  return await withPinned(plan, ports, () => forecast(pass, plan, records, ports));
}

async function forecast(
  pass: Pass,
  plan: Plan,
  records: readonly RevisionRecord[],
  ports: OutlookPorts,
): Promise<Forecast> {
  const asked = wishOf(pass.release()) !== undefined;
  const { observed, action } = await consider(pass, plan, { records, fresh: true, asked }, ports);
  const contest = contestOver(pass, action, records.at(-1)?.revision ?? 0, asked);
  if (contest !== undefined) return { action: 'stall', why: contest };
  const newest = observed.kind === 'present' ? observed.newest : undefined;
  const told = await explain(action, {
    plan,
    status: pass.status(),
    newest,
    difference: () => ports.differenceFrom(plan, newest?.number ?? 0, pass.signal),
    adoption: () => adoptionOf(pass, plan, records, ports.differenceFrom),
  });
  const left = leftBy(action, records);
  return left === undefined ? told : { ...told, then: await forecast(pass, plan, left, ports) };
}

/** What Helm stores when the action is done, of those that only correct it: the pass goes on from there. */
function leftBy(action: Action, records: readonly RevisionRecord[]): readonly RevisionRecord[] | undefined {
  if (action.kind !== 'unlock' && action.kind !== 'condemn') return undefined;
  const restore = action.kind === 'condemn' ? action.restore : undefined;
  return records.map((record) => {
    if (record.revision === action.revision) return { ...record, status: 'failed' };
    return record.revision === restore ? { ...record, status: 'deployed' } : record;
  });
}
