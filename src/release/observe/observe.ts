import type { Failure, HelmReleaseStatus } from '../../api/helm-release.ts';
import type { MarkFormat } from '../../helm/storage/marks.ts';
import type { RevisionRecord } from '../../helm/storage/revision.ts';
import { entryOf, historyOf, isGood, restorableRevision } from './history.ts';
import type { Intent, Memory, RememberedFailure } from './memory.ts';
import type { Mark, Observed, Revision } from './observed.ts';

/** Reads Helm's own record of a release together with what our status remembers of it. Pure. */
export function observe(
  records: readonly RevisionRecord[],
  status: HelmReleaseStatus,
  marks: MarkFormat,
  nowMs: number,
  readyNow: boolean,
): Observed {
  const revisions = records.map((record) => revisionFrom(record, marks, nowMs));
  const newest = revisions.toSorted((a, b) => b.number - a.number)[0];
  if (newest === undefined) return { kind: 'absent' };
  const history = historyOf(status);
  const restorable = restorableRevision(history, revisions, newest.number);
  return {
    kind: 'present',
    newest,
    ...(restorable === undefined ? {} : { restorable }),
    hasDeployed: revisions.some(({ status: helmStatus }) => helmStatus === 'deployed'),
    verified: isGood(entryOf(history, newest.number)),
    recorded: entryOf(history, newest.number) !== undefined || status.operation?.toRevision === newest.number,
    onlyOwnInstalls: revisions.every(({ number }) => entryOf(history, number)?.action === 'install'),
    readyNow,
  };
}

function revisionFrom(record: RevisionRecord, marks: MarkFormat, nowMs: number): Revision {
  return {
    number: record.revision,
    status: record.status,
    mark: markFrom(record, marks),
    ageMs: ageOf(record, nowMs),
  };
}

/** How long ago Helm last wrote the revision, by its own time stamps. */
export function ageOf({ modifiedAtMs, createdAtMs }: RevisionRecord, nowMs: number): number {
  return Math.max(0, nowMs - (modifiedAtMs ?? createdAtMs ?? nowMs));
}

/** A digest of another formula or key says nothing to us: such a revision is looked at as if it had no mark. */
function markFrom({ revision, marks: labels }: RevisionRecord, marks: MarkFormat): Mark {
  const { digest, rejected } = labels;
  if (digest === undefined || !marks.understands(digest)) return { kind: 'none' };
  if (labels.revision !== revision) return { kind: 'copied', digest };
  return { kind: 'ours', digest, ...(rejected === undefined ? {} : { rejected }) };
}

/** What earlier passes wrote down, with times turned into spans so that deciding needs no clock. */
export function recall(
  status: HelmReleaseStatus,
  requested: boolean,
  options: string,
  nowMs: number,
): Memory {
  const tried = (failed: Failure | undefined): RememberedFailure | undefined => {
    const known = remembered(failed, status, nowMs);
    const otherwise = failed?.options !== undefined && failed.options !== options;
    return known !== undefined && otherwise ? { ...known, dueInMs: 0 } : known;
  };
  const [failure, rollback] = [tried(status.failedInput), tried(status.failedRollback)];
  const uninstall = remembered(
    status.failure?.step === 'uninstall' ? status.failure : undefined,
    status,
    nowMs,
  );
  const intent = intentFrom(status);
  return {
    requested,
    ...(failure === undefined ? {} : { failure }),
    ...(rollback === undefined ? {} : { rollback }),
    ...(uninstall === undefined ? {} : { uninstall }),
    ...(intent === undefined ? {} : { intent }),
  };
}

function remembered(
  failure: Failure | undefined,
  status: HelmReleaseStatus,
  nowMs: number,
): RememberedFailure | undefined {
  if (failure?.digest === undefined) return undefined;
  const { step, digest, revision, nextTry } = failure;
  const made = revision === undefined ? undefined : entryOf(historyOf(status), revision);
  return {
    step,
    digest,
    ...(revision === undefined ? {} : { revision }),
    ...(nextTry === undefined ? {} : { dueInMs: Math.max(0, Date.parse(nextTry) - nowMs) }),
    ...(step === 'upgrade' || made?.action === 'upgrade' ? { wasUpgrade: true } : {}),
  };
}

function intentFrom({ operation }: HelmReleaseStatus): Intent | undefined {
  return operation === undefined
    ? undefined
    : { action: operation.action, digest: operation.digest, toRevision: operation.toRevision };
}
