import { kubeTime } from '../../api/time.ts';
import type { HelmReleaseStatus, HistoryEntry } from '../../api/helm-release.ts';
import type { RevisionRecord } from '../../helm/storage/revision.ts';
import { timeToLook } from './await-ready.ts';
import { concealed } from './explain.ts';
import type { ConcealPorts } from './explain.ts';
import { recordFailure } from '../record/fail.ts';
import type { FailPorts } from '../record/fail.ts';
import { entryOf, historyOf, restorableRevision } from '../observe/history.ts';
import { withEntry } from '../record/history.ts';
import { meterEnd } from '../record/meter.ts';
import type { Outcome } from '../../kube/outcome.ts';
import type { Pass } from '../pass.ts';
import type { Plan } from '../plan.ts';
import { NotReadyError } from '../record/not-ready.ts';
import type { Readiness } from '../observe/readiness.ts';
import { rolledBack, rolledBackSentence } from '../record/attempt.ts';
import { inProgress } from '../../api/standing.ts';
import type { RecordContext } from '../record/context.ts';

export interface AwaitRollbackPorts extends FailPorts, ConcealPorts {
  readonly readiness: Readiness;
}

/** Looks whether a rollback stands. With `rollback.wait` it stands when its objects are ready, else at once. */
export async function awaitRollback(
  pass: Pass,
  plan: Plan,
  records: readonly RevisionRecord[],
  ports: AwaitRollbackPorts,
): Promise<Outcome | 'again'> {
  const newest = records.at(-1);
  if (newest === undefined) return 'again';
  const { wait, timeoutMs } = plan.settings.rollback;
  const health = wait
    ? await ports.readiness.check(pass.target, newest, pass.signal)
    : ({ kind: 'ready' } as const);
  if (health.kind === 'ready') {
    await recordRolledBack(pass, plan, records, newest, ports);
    return 'again';
  }
  const { operation } = pass.status();
  // Of the first look: a later one, after the operation was given up, must not begin to wait anew.
  const since = entryOf(historyOf(pass.status()), newest.revision)?.time ?? operation?.startedAt;
  const begun = since === undefined ? pass.now() : new Date(since);
  const deadline = new Date(begun.getTime() + timeoutMs);
  const remainingMs = deadline.getTime() - pass.now().getTime();
  if (health.kind === 'progressing' && remainingMs > 0) {
    const message = `waiting until ${kubeTime(deadline)} for the rollback to become ready`;
    await pass.save((status, context) =>
      inProgress(withRollbackEntry(status, plan, records, newest, context), message, context),
    );
    return { kind: 'wait', ms: await timeToLook(pass, newest, remainingMs, ports.readiness) };
  }
  await pass.save((status, context) => withRollbackEntry(status, plan, records, newest, context));
  await recordFailure(
    pass,
    {
      step: 'rollback',
      error: new NotReadyError(await concealed(pass, plan, newest, health.why, ports)),
      doing: `rollback as revision ${String(newest.revision)} is not ready`,
      plan,
      revision: newest.revision,
    },
    ports,
  );
  return 'again';
}

async function recordRolledBack(
  pass: Pass,
  plan: Plan,
  records: readonly RevisionRecord[],
  newest: RevisionRecord,
  { events, meter }: FailPorts,
): Promise<void> {
  meterEnd(pass, meter, true);
  meter.rolledBack(pass.key);
  const { failedInput: failure } = pass.status();
  const retryAt = failure?.nextTry;
  let message = '';
  await pass.save((status, context) => {
    const withEntryOfIt = withRollbackEntry(status, plan, records, newest, context);
    const entry = entryOf(historyOf(withEntryOfIt), newest.revision);
    message = rolledBackSentence(failure?.cause, retryAt, newest.revision, entry);
    return rolledBack(withEntryOfIt, newest.revision, message, retryAt !== undefined, context);
  });
  events.record({ regarding: pass.release(), type: 'Warning', reason: 'RolledBack', message });
}

/** The revision of the rollback as history keeps it: what it went back to is what it consists of. */
function withRollbackEntry(
  status: HelmReleaseStatus,
  plan: Plan,
  records: readonly RevisionRecord[],
  newest: RevisionRecord,
  context: RecordContext,
): HelmReleaseStatus {
  const history = historyOf(status);
  if (entryOf(history, newest.revision) !== undefined) return status;
  const stored = records.map(({ revision, status: helmStatus }) => ({
    number: revision,
    status: helmStatus,
  }));
  const target = restorableRevision(history, stored, newest.revision);
  const source = target === undefined ? undefined : entryOf(history, target);
  const entry: HistoryEntry = {
    chart: source?.chart ?? plan.chart.name,
    version: source?.version ?? 'unknown',
    ...(source?.appVersion === undefined ? {} : { appVersion: source.appVersion }),
    sourceRevision: source?.sourceRevision ?? 'unknown',
    ...(source?.trail === undefined ? {} : { trail: source.trail }),
    digest: newest.marks.digest ?? 'unknown',
    revision: newest.revision,
    action: 'rollback',
    cause: status.operation?.cause ?? 'Rollback',
    result: 'Pending',
    time: status.operation?.startedAt ?? kubeTime(context.now),
  };
  return { ...status, history: withEntry(history, entry) };
}
