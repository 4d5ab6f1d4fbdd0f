import { MARK_OWNER_LABEL } from '../api/names.ts';
import { isReleaseName } from '../api/release-name.ts';
import type { ReleaseTarget } from '../api/release-name.ts';
import { unlessForbidden } from '../kube/errors.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { RevisionRecord } from '../helm/storage/revision.ts';
import type { Storage } from '../helm/storage/storage.ts';
import type { ClaimKnowledge } from './admit/claim.ts';
import { heirOf, whyNotOurs } from './leave.ts';
import { formerTarget } from './observe/former-target.ts';
import { hasManaged } from './observe/has-managed.ts';
import type { Revisions } from './observe/revisions.ts';
import type { Pass } from './pass.ts';
import { formatTarget } from './plan.ts';
import { inProgress } from '../api/standing.ts';
import { wayToUninstall, withLeftBehind } from './record/left-behind.ts';
import { observedTarget } from './record/observed-release.ts';
import { uninstallBegunAt } from './record/uninstalling.ts';

export interface FollowPorts extends ClaimKnowledge {
  readonly storage: Pick<Storage, 'label'>;
  readonly revisions: Pick<Revisions, 'fresh'>;
  readonly events: EventRecorder;
}

/**
 * Notes which release is meant. Where that is another one than before, the old one stays as it is, listed in status
 * and told of: the list is written together with the new name, before anything is done for it, so that nothing can get lost
 * between the two.
 */
export async function followTarget(pass: Pass, ports: FollowPorts): Promise<void> {
  const former = formerTarget(pass.status(), pass.target);
  if (former === undefined) {
    pass.note(observedTarget);
    return;
  }
  const stays = await leaveBehind(pass, former, ports);
  const [old, now] = [formatTarget(former), formatTarget(pass.target)];
  await pass.save((status, context) => {
    const next = observedTarget(status, context);
    const begunAt = uninstallBegunAt(status);
    const { account } = status;
    const left = {
      ...former,
      ...(begunAt === undefined ? {} : { uninstalling: begunAt }),
      ...(account === undefined ? {} : { account }),
    };
    const listed = stays ? withLeftBehind(next, left, context) : next;
    return inProgress(listed, `release ${now} is meant now, and no longer ${old}`, context);
  });
  if (!stays) return;
  const wayOut = `to have it uninstalled, ${wayToUninstall(pass.status(), former)}; to go on with it, set spec.releaseName and spec.targetNamespace back`;
  pass.log.warn('leaving a release behind', { leftBehind: old, wayOut });
  ports.events.record({
    regarding: pass.release(),
    type: 'Warning',
    reason: 'ReleaseLeftBehind',
    message: `release ${old} stays as it is, because the HelmRelease stands for ${now} now: ${wayOut}`,
  });
}

/** Whether a release is there that nobody stands for any more once this HelmRelease does not; marked, so that it is known as ours. */
export async function leaveBehind(pass: Pass, former: ReleaseTarget, ports: FollowPorts): Promise<boolean> {
  const left = await abandoned(pass, former, ports);
  if (left === undefined) return false;
  const { newest, heir } = left;
  const owner = ports.marks.owner(heir ?? pass.key);
  if (newest !== undefined && newest.marks.owner !== owner) {
    const { namespace, releaseName } = former;
    const labels = { [MARK_OWNER_LABEL]: owner };
    await ports.storage.label(namespace, releaseName, newest.revision, labels, pass.signal);
  }
  if (heir !== undefined)
    pass.log.info('handing a release over', { leftBehind: formatTarget(former), to: heir });
  return heir === undefined;
}

/** The release that was meant before, if it is there and the work of this HelmRelease, and who stands for it too. Reads only. */
export async function abandoned(
  pass: Pass,
  former: ReleaseTarget,
  ports: ClaimKnowledge & Pick<FollowPorts, 'revisions'>,
): Promise<{ readonly newest: RevisionRecord | undefined; readonly heir: string | undefined } | undefined> {
  // A name that Helm takes for none stood in a spec that was wrong.
  if (!isReleaseName(former.releaseName)) return undefined;
  const heir = heirOf(pass, former, ports);
  const records = await unlessForbidden(ports.revisions.fresh(former, pass.signal));
  if (records === 'forbidden') {
    // The rights to that namespace were taken away, or there never were any: then it has released nothing there.
    return hasManaged(pass.status(), former) ? { newest: undefined, heir } : undefined;
  }
  const newest = records.at(-1);
  if (newest === undefined || newest.status === 'uninstalled') return undefined;
  if ((await whyNotOurs(pass, former, newest, ports)) !== undefined) return undefined;
  return { newest, heir };
}
