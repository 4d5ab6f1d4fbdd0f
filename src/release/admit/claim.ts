import { OperatorError } from '../../api/errors.ts';
import type { HelmRelease } from '../../api/helm-release.ts';
import { MARK_OWNER_LABEL } from '../../api/names.ts';
import type { ReleaseTarget } from '../../api/release-name.ts';
import type { Tenancy } from '../../api/tenancy.ts';
import type { MarkFormat } from '../../helm/storage/marks.ts';
import type { RevisionRecord } from '../../helm/storage/revision.ts';
import type { Storage } from '../../helm/storage/storage.ts';
import { recordFailure } from '../record/fail.ts';
import type { FailPorts } from '../record/fail.ts';
import type { Outcome } from '../../kube/outcome.ts';
import type { AntecedentOf } from '../observe/antecedent.ts';
import { claimOn, claimantOf } from '../observe/owner.ts';
import type { Claim } from '../observe/owner.ts';
import type { Pass } from '../pass.ts';
import { formatTarget } from '../plan.ts';

export interface ClaimKnowledge {
  readonly marks: MarkFormat;
  /** False with --allow-namespace: owners elsewhere are not seen. */
  readonly seesAllNamespaces: boolean;
  /** Every HelmRelease that stands for the release. */
  readonly claimantsOf: (target: ReleaseTarget) => readonly HelmRelease[];
  readonly antecedentOf: AntecedentOf;
  /** As whom they are released who name no account. */
  readonly tenancy: Tenancy;
}

export interface ClaimPorts extends FailPorts, ClaimKnowledge {
  readonly storage: Storage;
}

class ReleaseTakenError extends OperatorError {
  readonly reason = 'ReleaseTaken';
  readonly retry = 'after-change';
}

/** Settles whose release it is before anything is done to it; `unsure` where the server has to be asked first. */
export async function claimRelease(
  pass: Pass,
  records: readonly RevisionRecord[],
  fresh: boolean,
  ports: ClaimPorts,
): Promise<'ours' | 'unsure' | Outcome> {
  const newest = records.at(-1);
  const claim = await claimOf(pass, newest, ports);
  switch (claim.kind) {
    case 'ours':
      return 'ours';
    case 'inherited':
      if (!fresh) return 'unsure';
      if (newest !== undefined) await takeOver(pass, newest, ports);
      return 'ours';
    case 'taken': {
      const error = releaseTaken(pass.target, claim.by);
      await recordFailure(pass, { step: 'ownership', error }, ports);
      return { kind: 'stalled', cause: error.message };
    }
  }
}

/** Whose the release is, as far as it can be known without changing anything. */
export async function claimOf(
  pass: Pass,
  newest: RevisionRecord | undefined,
  { claimantsOf, antecedentOf, marks, seesAllNamespaces, tenancy }: ClaimKnowledge,
): Promise<Claim> {
  const others = claimantsOf(pass.target)
    .map((release) => claimantOf(release, tenancy))
    .filter(({ key }) => key !== pass.key);
  const marked = newest?.marks.owner;
  // It costs requests, and decides nothing where nobody else may stand for the release.
  const isContested = others.length > 0 || !seesAllNamespaces;
  const antecedent =
    newest !== undefined && marked === undefined && isContested
      ? await antecedentOf(pass.target, newest, pass.signal)
      : undefined;
  const self = claimantOf(pass.release(), tenancy);
  return claimOn(self, others, { marked, antecedent }, marks.owner, seesAllNamespaces);
}

export function releaseTaken(target: ReleaseTarget, by: string): OperatorError {
  return new ReleaseTakenError(
    `release ${formatTarget(target)} belongs to HelmRelease ${by}: set another spec.releaseName or spec.targetNamespace, or delete one of the two`,
  );
}

/** The HelmRelease that owned the release is gone: the release is handed over, with no new revision. */
async function takeOver(pass: Pass, newest: RevisionRecord, { storage, marks }: ClaimPorts): Promise<void> {
  const { namespace, releaseName } = pass.target;
  pass.log.info('taking over a release whose HelmRelease is gone', { revision: newest.revision });
  const labels = { [MARK_OWNER_LABEL]: marks.owner(pass.key) };
  await storage.label(namespace, releaseName, newest.revision, labels, pass.signal);
}
