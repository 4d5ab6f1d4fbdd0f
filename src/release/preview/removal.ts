import { releaseNameProblem } from '../../api/release-name.ts';
import { hasFinalizer } from '../admit/finalizer.ts';
import type { Revisions } from '../observe/revisions.ts';
import type { Pass } from '../pass.ts';
import { formatTarget } from '../plan.ts';
import { reasonToLeave } from '../leave.ts';
import type { LeaveKnowledge } from '../leave.ts';
import { uninstallBegunAt } from '../record/uninstalling.ts';
import { heldByAnother } from '../uninstall.ts';
import type { Forecast } from './forecast.ts';

export type RemovalKnowledge = LeaveKnowledge & { readonly revisions: Pick<Revisions, 'watched' | 'fresh'> };

/** What becomes of the release of a HelmRelease that is being deleted. */
export async function previewRemoval(pass: Pass, ports: RemovalKnowledge): Promise<Forecast> {
  const release = pass.release();
  if (!hasFinalizer(release)) {
    return { action: 'nothing', why: 'the HelmRelease is being deleted, and the operator does not hold it' };
  }
  const problem = releaseNameProblem(release);
  if (problem !== undefined) return { action: 'leave', why: problem.message };
  const records =
    ports.revisions.watched(pass.target) ?? (await ports.revisions.fresh(pass.target, pass.signal));
  const leave = await reasonToLeave(pass, pass.target, records, ports);
  const held =
    leave === undefined ? heldByAnother(pass, records, uninstallBegunAt(pass.status())) : undefined;
  if (held !== undefined) return { action: 'wait', why: held.why };
  return leave === undefined
    ? { action: 'uninstall', why: `the HelmRelease of release ${formatTarget(pass.target)} is being deleted` }
    : { action: 'leave', why: `the HelmRelease is being deleted, and the release stays: ${leave.why}` };
}
