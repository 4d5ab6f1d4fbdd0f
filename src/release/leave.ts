import type { HelmRelease } from '../api/helm-release.ts';
import type { ReleaseTarget } from '../api/release-name.ts';
import type { RevisionRecord } from '../helm/storage/revision.ts';
import type { ClaimKnowledge } from './admit/claim.ts';
import { hasManaged } from './observe/has-managed.ts';
import { claimantOf, mayInherit } from './observe/owner.ts';
import { isOwnRelease, OWN_KEPT } from './own-release.ts';
import type { OwnRelease } from './own-release.ts';
import type { Surroundings } from './observe/surroundings.ts';
import type { Pass } from './pass.ts';
import { formatTarget } from './plan.ts';

export type LeaveKnowledge = ClaimKnowledge &
  OwnRelease & {
    /** The HelmRelease as it is known to be now. */
    readonly find: (key: string) => HelmRelease | undefined;
    readonly surroundings: Pick<Surroundings, 'isCrdTerminating'>;
  };

/** Why a release stays although its HelmRelease stands for it no more; undefined when it may be uninstalled. Reads only. */
export async function reasonToLeave(
  pass: Pass,
  target: ReleaseTarget,
  records: readonly RevisionRecord[],
  ports: LeaveKnowledge,
): Promise<{ readonly why: string; readonly heir?: string } | undefined> {
  const newest = records.at(-1);
  if (newest === undefined) return { why: 'there is none' };
  if ((ports.find(pass.key) ?? pass.release()).spec.suspend === true) return { why: 'spec.suspend is set' };
  const stranger = await whyNotOurs(pass, target, newest, ports);
  if (stranger !== undefined) return { why: stranger };
  const heir = heirOf(pass, target, ports);
  if (heir !== undefined) return { why: `HelmRelease ${heir} stands for it too and takes it over`, heir };
  if (isOwnRelease(target, ports)) return { why: OWN_KEPT };
  if (await ports.surroundings.isCrdTerminating(pass.release(), pass.signal)) {
    return {
      why: 'the CustomResourceDefinition of HelmRelease is being deleted, which must not end a fleet of releases',
    };
  }
  return undefined;
}

/** Undefined when the release is the work of this HelmRelease, now or under 1.4.4. */
export async function whyNotOurs(
  { key, status, signal }: Pass,
  target: ReleaseTarget,
  newest: RevisionRecord,
  { marks, antecedentOf }: Pick<ClaimKnowledge, 'marks' | 'antecedentOf'>,
): Promise<string | undefined> {
  const { owner } = newest.marks;
  if (owner === marks.owner(key)) return undefined;
  const antecedent = owner === undefined ? await antecedentOf(target, newest, signal) : undefined;
  if (antecedent === key) return undefined;
  if (owner !== undefined || antecedent !== undefined) return 'it belongs to another HelmRelease';
  return hasManaged(status(), target) ? undefined : 'this HelmRelease never managed it';
}

/** Another HelmRelease that stands for the release and stays. */
export function heirOf(
  { key }: Pick<Pass, 'key'>,
  target: ReleaseTarget,
  { claimantsOf, tenancy }: Pick<ClaimKnowledge, 'claimantsOf' | 'tenancy'>,
): string | undefined {
  return claimantsOf(target)
    .map((release) => claimantOf(release, tenancy))
    .find((other) => other.key !== key && mayInherit(other, key))?.key;
}

/** The fields of the log for a release that is not the one that the pass is about. */
export function logOf({ log, target: current }: Pass, target: ReleaseTarget): Pass['log'] {
  const isCurrent = formatTarget(target) === formatTarget(current);
  return isCurrent ? log : log.child({ release: target.releaseName, targetNamespace: target.namespace });
}
