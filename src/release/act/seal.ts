import {
  MARK_DIGEST_LABEL,
  MARK_OWNER_LABEL,
  MARK_REJECTED_LABEL,
  MARK_REVISION_LABEL,
} from '../../api/names.ts';
import type { HelmReleaseStatus } from '../../api/helm-release.ts';
import type { MarkFormat } from '../../helm/storage/marks.ts';
import type { RevisionRecord } from '../../helm/storage/revision.ts';
import type { Storage } from '../../helm/storage/storage.ts';
import { restorableRevision } from '../observe/history.ts';
import type { Pass } from '../pass.ts';
import type { Plan } from '../plan.ts';

export interface SealPorts {
  readonly storage: Pick<Storage, 'list' | 'label'>;
  readonly marks: MarkFormat;
}

/**
 * Marks the revision that our rollback made. `helm rollback` takes no labels and copies those of the revision it went
 * back to, so until this is done the revision looks like somebody else's.
 */
export async function seal(
  pass: Pass,
  plan: Plan,
  revision: number,
  { storage, marks }: SealPorts,
): Promise<void> {
  const { namespace, releaseName } = pass.target;
  const { operation } = pass.status();
  // What is wanted by now may be another input than the one that was undone.
  const rejected = operation?.action === 'rollback' ? operation.digest : plan.digest;
  const records = await storage.list(namespace, releaseName, pass.signal);
  const copied = records.find((record) => record.revision === revision)?.marks;
  const digest = copied?.revision === targetOf(pass.status(), records, revision) ? copied?.digest : undefined;
  await storage.label(
    namespace,
    releaseName,
    revision,
    {
      [MARK_DIGEST_LABEL]: digest !== undefined && marks.understands(digest) ? digest : marks.unknownDigest,
      [MARK_REVISION_LABEL]: String(revision),
      [MARK_OWNER_LABEL]: marks.owner(plan.key),
      [MARK_REJECTED_LABEL]: rejected,
    },
    pass.signal,
  );
}

/** What the rollback went back to. Where that was a change of somebody else's, its digest is itself a copy, and says nothing. */
function targetOf(
  { history = [], operation }: HelmReleaseStatus,
  records: readonly RevisionRecord[],
  revision: number,
): number | undefined {
  const stored = records.map((record) => ({ number: record.revision, status: record.status }));
  const below = operation?.action === 'rollback' ? operation.fromRevision : revision;
  return restorableRevision(history, stored, below);
}
