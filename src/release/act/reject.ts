import {
  MARK_DIGEST_LABEL,
  MARK_OWNER_LABEL,
  MARK_REJECTED_LABEL,
  MARK_REVISION_LABEL,
} from '../../api/names.ts';
import type { Failure, HelmReleaseStatus, HistoryEntry } from '../../api/helm-release.ts';
import { kubeTime } from '../../api/time.ts';
import { oneLine } from '../../helm/errors/essence.ts';
import { hiding, shown } from '../../helm/errors/mask.ts';
import type { MarkFormat } from '../../helm/storage/marks.ts';
import type { Storage } from '../../helm/storage/storage.ts';
import type { StoredRelease } from '../../helm/storage/stored-release.ts';
import { nextTryMs } from '../decide/retry-policy.ts';
import { entryOf, historyOf } from '../observe/history.ts';
import { withEntry } from '../record/history.ts';
import { hiddenIn } from '../observe/rendered-secrets.ts';
import { triedOptions } from '../observe/tried-options.ts';
import type { Pass } from '../pass.ts';
import type { Plan } from '../plan.ts';
import { rolledBack, rolledBackSentence } from '../record/attempt.ts';
import type { RecordContext } from '../record/context.ts';
import type { FailPorts } from '../record/fail.ts';

export interface RejectPorts extends Pick<FailPorts, 'events' | 'random'> {
  readonly storage: Pick<Storage, 'read' | 'label'>;
  readonly marks: MarkFormat;
}

export interface Rejected {
  /** The rollback that stands. */
  readonly revision: number;
  /** What it was the answer to: the same as what is wanted. */
  readonly failed: number;
}

/**
 * Takes over a release that was rolled back for the very input that is wanted: that is not tried again, no more than if
 * we had rolled it back. Status comes first: killed between the two, the release is looked at once more.
 */
export async function reject(
  pass: Pass,
  plan: Plan,
  { revision, failed }: Rejected,
  { storage, marks, events, random }: RejectPorts,
): Promise<void> {
  const { namespace, releaseName } = pass.target;
  const read = (of: number) => storage.read(namespace, releaseName, of, pass.signal);
  const [standing, undone] = [await read(revision), await read(failed)];
  pass.log.info('taking over a release that was rolled back', { revision, failed });
  const failure = failureOf(pass, plan, failed, undone, random);
  let message = '';
  await pass.save((status, context) => {
    const entry = entryOf(historyOf(status), revision) ?? {
      ...entryFrom(standing, revision, status, context),
      digest: marks.unknownDigest,
    };
    const history = withEntry(historyOf(status), entry);
    message = rolledBackSentence(failure.cause, failure.nextTry, revision, entry);
    const remembered = { ...status, failure, failedInput: failure, history };
    return rolledBack(remembered, revision, message, failure.nextTry !== undefined, context);
  });
  events.record({ regarding: pass.release(), type: 'Warning', reason: 'RolledBack', message });
  await storage.label(
    namespace,
    releaseName,
    revision,
    {
      [MARK_DIGEST_LABEL]: marks.unknownDigest,
      [MARK_REVISION_LABEL]: String(revision),
      [MARK_OWNER_LABEL]: marks.owner(plan.key),
      [MARK_REJECTED_LABEL]: plan.digest,
    },
    pass.signal,
  );
}

/** As if the input had failed under our eyes. What is remembered of it under a digest of old is all still true. */
function failureOf(
  pass: Pass,
  plan: Plan,
  failed: number,
  undone: StoredRelease | undefined,
  random: () => number,
): Failure {
  const { failedInput, rollbackCount } = pass.status();
  if (failedInput?.revision === failed) return { ...failedInput, digest: plan.digest };
  const { enable, retry, maxRetries } = plan.settings.rollback;
  const attempts = Math.max(1, rollbackCount ?? 1);
  const ms = nextTryMs(
    { step: 'upgrade', retry: 'backoff', attempts, madeRevision: true },
    { maxRetries, afterRollback: enable && retry ? 'retry' : 'stay' },
    random,
  );
  const now = pass.now();
  const said = undone?.info.description ?? '';
  const why = undone === undefined || said === '' ? '' : `: ${oneLine(descriptionOf(said, undone, plan))}`;
  return {
    step: 'upgrade',
    cause: `upgrade to revision ${String(failed)} failed${why}`,
    digest: plan.digest,
    options: triedOptions(plan),
    revision: failed,
    attempts,
    time: kubeTime(now),
    ...(ms === undefined ? {} : { nextTry: kubeTime(new Date(now.getTime() + ms)) }),
  };
}

function descriptionOf(said: string, undone: StoredRelease, { values, target }: Plan): string {
  return shown(said, hiding(values.secrets, hiddenIn(undone)), {
    what: 'what Helm noted of it',
    where: `see helm history ${target.releaseName} --namespace ${target.namespace}`,
  });
}

/** All that can be known of a rollback that we have not seen. */
function entryFrom(
  stored: StoredRelease | undefined,
  revision: number,
  status: HelmReleaseStatus,
  { now }: RecordContext,
): Omit<HistoryEntry, 'digest'> {
  const { name, version, appVersion } = stored?.chart.metadata ?? {};
  return {
    revision,
    chart: typeof name === 'string' ? name : 'unknown',
    version: typeof version === 'string' ? version : 'unknown',
    ...(typeof appVersion === 'string' ? { appVersion } : {}),
    sourceRevision: status.revision ?? 'unknown',
    action: 'rollback',
    cause: 'Adopted',
    result: 'RolledBack',
    time: kubeTime(now),
  };
}
