import {
  MARK_DIGEST_LABEL,
  MARK_OWNER_LABEL,
  MARK_REJECTED_LABEL,
  MARK_REVISION_LABEL,
} from '../../api/names.ts';
import type { HelmReleaseStatus } from '../../api/helm-release.ts';
import type { MarkFormat } from '../../helm/storage/marks.ts';
import type { EventRecorder } from '../../kube/events.ts';
import type { RevisionRecord } from '../../helm/storage/revision.ts';
import type { Storage } from '../../helm/storage/storage.ts';
import { restorableRevision } from '../observe/history.ts';
import type { Pass } from '../pass.ts';
import type { Plan } from '../plan.ts';
import { concealed } from './explain.ts';
import type { ConcealPorts } from './explain.ts';
import type { RestartWorkloads } from './restart.ts';

export interface SealPorts extends ConcealPorts {
  readonly storage: Pick<Storage, 'list' | 'label'>;
  readonly marks: MarkFormat;
  readonly restartWorkloads: RestartWorkloads;
  readonly events: EventRecorder;
}

/**
 * Ends what our rollback has to do, and marks the revision that it made. `helm rollback` takes no labels and copies those
 * of the revision it went back to, so until this is done the revision looks like somebody else's.
 */
export async function seal(pass: Pass, plan: Plan, revision: number, ports: SealPorts): Promise<void> {
  const { storage, marks } = ports;
  const { namespace, releaseName } = pass.target;
  const { operation } = pass.status();
  // What is wanted by now may be another input than the one that was undone.
  const rejected = operation?.action === 'rollback' ? operation.digest : plan.digest;
  const records = await storage.list(namespace, releaseName, pass.signal);
  const made = records.find((record) => record.revision === revision);
  const copied = made?.marks;
  const digest = copied?.revision === targetOf(pass.status(), records, revision) ? copied?.digest : undefined;
  // Before the mark, with which it is never done again.
  if (made !== undefined && plan.settings.rollback.recreate) await recreate(pass, plan, made, ports);
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

/** As `helm rollback --recreate-pods` did, which Helm 4 has no more. */
async function recreate(
  pass: Pass,
  plan: Plan,
  made: RevisionRecord,
  { restartWorkloads, events, ...ports }: SealPorts,
): Promise<void> {
  const { revision } = made;
  pass.log.info('restarting workloads after the rollback', { revision });
  const problems = await restartWorkloads(pass.target, made, plan.account, pass.signal);
  if (problems.length === 0) return;
  const message = `after the rollback as revision ${String(revision)} the pods were not made anew (spec.rollback.recreate): ${await concealed(pass, plan, made, problems.join('; '), ports)}`;
  pass.log.warn('could not restart workloads', { revision, error: message });
  events.record({ regarding: pass.release(), type: 'Warning', reason: 'RestartFailed', message });
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
