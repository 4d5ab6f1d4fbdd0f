import { OperatorError } from '../../api/errors.ts';
import type { HelmRelease } from '../../api/helm-release.ts';
import { MARK_OWNER_LABEL } from '../../api/names.ts';
import type { ReleaseTarget } from '../../api/release-name.ts';
import type { MarkFormat } from '../../helm/storage/marks.ts';
import type { RevisionRecord } from '../../helm/storage/revision.ts';
import type { Storage } from '../../helm/storage/storage.ts';
import { recordFailure } from '../record/fail.ts';
import type { FailPorts } from '../record/fail.ts';
import type { Outcome } from '../outcome.ts';
import { claimOn, claimantOf } from '../observe/owner.ts';
import type { Pass } from '../pass.ts';
import { formatTarget } from '../plan.ts';

export interface ClaimPorts extends FailPorts {
  readonly storage: Storage;
  readonly marks: MarkFormat;
  /** False with --allow-namespace: owners elsewhere are not seen. */
  readonly seesAllNamespaces: boolean;
  /** Every HelmRelease that stands for the release. */
  readonly claimantsOf: (target: ReleaseTarget) => readonly HelmRelease[];
}

class ReleaseTakenError extends OperatorError {
  readonly reason = 'ReleaseTaken';
  readonly retry = 'after-change';
}

/** Settles whose release it is before anything is done to it. */
export async function claimRelease(
  pass: Pass,
  records: readonly RevisionRecord[],
  fresh: boolean,
  ports: ClaimPorts,
): Promise<'ours' | Outcome> {
  const others = ports
    .claimantsOf(pass.target)
    .map(claimantOf)
    .filter(({ key }) => key !== pass.key);
  const newest = records.at(-1);
  const claim = claimOn(
    claimantOf(pass.release()),
    others,
    newest?.marks.owner,
    ports.marks.owner,
    ports.seesAllNamespaces,
  );
  switch (claim.kind) {
    case 'ours':
      return 'ours';
    case 'inherited':
      // On a watch that may lag the pass goes on: it acts only after another look at the server, and comes here again.
      if (fresh && newest !== undefined) await takeOver(pass, newest, ports);
      return 'ours';
    case 'taken': {
      const error = new ReleaseTakenError(
        `release ${formatTarget(pass.target)} belongs to HelmRelease ${claim.by}: set another spec.releaseName or spec.targetNamespace, or delete one of the two`,
      );
      await recordFailure(pass, { step: 'ownership', error }, ports);
      return { kind: 'stalled', cause: error.message };
    }
  }
}

/** The HelmRelease that owned the release is gone: the release is handed over, with no new revision. */
async function takeOver(pass: Pass, newest: RevisionRecord, { storage, marks }: ClaimPorts): Promise<void> {
  const { namespace, releaseName } = pass.target;
  pass.log.info('taking over a release whose HelmRelease is gone', { revision: newest.revision });
  const labels = { [MARK_OWNER_LABEL]: marks.owner(pass.key) };
  await storage.label(namespace, releaseName, newest.revision, labels, pass.signal);
}
