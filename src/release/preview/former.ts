import type { FormerRelease } from '../../api/helm-release.ts';
import type { ReleaseTarget } from '../../api/release-name.ts';
import { abandoned } from '../follow-target.ts';
import { isStillOurs, namedForUninstall } from '../left-behind.ts';
import { reasonToLeave } from '../leave.ts';
import type { LeaveKnowledge } from '../leave.ts';
import { formerTarget } from '../observe/former-target.ts';
import type { Revisions } from '../observe/revisions.ts';
import type { Pass } from '../pass.ts';
import { formatTarget } from '../plan.ts';
import { leftBehindOf } from '../record/left-behind.ts';
import { heldByAnother } from '../uninstall.ts';

export type FormerKnowledge = LeaveKnowledge & { readonly revisions: Revisions };

/** What becomes of the releases that the HelmRelease stood for before, one sentence each. */
export async function previewFormer(pass: Pass, ports: FormerKnowledge): Promise<readonly string[]> {
  const former = formerTarget(pass.status(), pass.target);
  const lately = former === undefined ? undefined : await toldOfAbandoned(pass, former, ports);
  const named = namedForUninstall(pass);
  const sentences = [lately];
  for (const left of leftBehindOf(pass.status())) {
    if (named.has(formatTarget(left))) sentences.push(await toldOfNamed(pass, left, ports));
  }
  return sentences.filter((sentence) => sentence !== undefined);
}

async function toldOfAbandoned(
  pass: Pass,
  former: ReleaseTarget,
  ports: FormerKnowledge,
): Promise<string | undefined> {
  const left = await abandoned(pass, former, ports);
  if (left === undefined) return undefined;
  const becomes = left.heir === undefined ? 'stays as it is' : `goes to HelmRelease ${left.heir}`;
  return `release ${formatTarget(former)}, which it stood for before, ${becomes}`;
}

async function toldOfNamed(
  pass: Pass,
  left: FormerRelease,
  ports: FormerKnowledge,
): Promise<string | undefined> {
  if (!(await isStillOurs(pass, left, true, ports))) return undefined;
  const records = await ports.revisions.fresh(left, pass.signal);
  const reason = await reasonToLeave(pass, left, records, ports);
  const release = `release ${formatTarget(left)}, which was left behind,`;
  const stays = reason ?? heldByAnother(pass, records, left.uninstalling);
  return stays === undefined ? `${release} is uninstalled as asked` : `${release} stays: ${stays.why}`;
}
