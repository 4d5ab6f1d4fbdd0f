import type { HelmReleaseStatus, HistoryEntry, Operation, Phase } from '../../api/helm-release.ts';
import { isTrue } from '../../api/conditions.ts';
import { RECONCILE_AT_ANNOTATION } from '../../api/names.ts';
import { withPhase } from '../../api/phases.ts';
import { kubeTime } from '../../api/time.ts';
import { entryOf, historyOf } from '../observe/history.ts';
import { withEntry, withResult } from './history.ts';
import { inProgress, troubled, withoutStates } from '../../api/standing.ts';
import type { RecordContext } from './context.ts';

/** What one made revision consists of, as history keeps it. */
export type Made = Pick<
  HistoryEntry,
  'revision' | 'chart' | 'version' | 'appVersion' | 'sourceRevision' | 'digest' | 'action' | 'cause' | 'trail'
>;

const STARTING: Readonly<Record<'install' | 'upgrade' | 'rollback' | 'test', Phase>> = {
  install: 'Installing',
  upgrade: 'Upgrading',
  rollback: 'RollingBack',
  test: 'Testing',
};

/** Written before helm runs, so that a restart knows whose work it finds. */
export function started(
  status: HelmReleaseStatus,
  operation: Operation & { readonly action: keyof typeof STARTING },
  sourceRevision: string | undefined,
  message: string,
  context: RecordContext,
): HelmReleaseStatus {
  const phased = withPhase(status, STARTING[operation.action], context);
  return inProgress(
    {
      ...phased,
      operation,
      observedGeneration: context.observedGeneration,
      ...(sourceRevision === undefined ? {} : { lastAttemptedRevision: sourceRevision }),
    },
    message,
    context,
  );
}

/** Helm made the revision; whether it works is not known yet. */
export function made(status: HelmReleaseStatus, entry: Made, context: RecordContext): HelmReleaseStatus {
  const known = historyOf(status).find(({ revision }) => revision === entry.revision);
  const history = withEntry(historyOf(status), {
    ...entry,
    result: 'Pending',
    time: status.operation?.startedAt ?? known?.time ?? kubeTime(context.now),
  });
  const { failedRollback: _overtaken, ...rest } = status;
  return { ...rest, history };
}

/** Helm is done and the objects are becoming ready. */
export function deployed(
  status: HelmReleaseStatus,
  message: string,
  context: RecordContext,
): HelmReleaseStatus {
  const phased = status.phase === 'Deployed' ? status : withPhase(status, 'Deployed', context);
  return inProgress(phased, message, context);
}

/** The revision became ready and passed what was asked of it. */
export function released(
  status: HelmReleaseStatus,
  entry: HistoryEntry,
  context: RecordContext,
): HelmReleaseStatus {
  const rest = withoutTrouble(status);
  const phased = inSuccess(rest, context);
  const { message: _message, ...good } = entry;
  const history = withResult(withEntry(historyOf(phased), good), entry.revision, {
    result: 'Released',
    finished: kubeTime(context.now),
  });
  return withoutStates(
    {
      ...phased,
      history: history,
      revision: entry.sourceRevision,
      lastAttemptedRevision: entry.sourceRevision,
      observedGeneration: context.observedGeneration,
      deployed: deployedFrom(entry, context),
    },
    'Reconciling',
    'Stalled',
  );
}

/** Of an input that was rolled back, and what has it tried all the same. */
export const NOT_TRIED_AGAIN = `it is not tried again until chart, values or options change, or the annotation ${RECONCILE_AT_ANNOTATION} gets a new value`;

/** What is to be said of a rollback that stands: why there was one, and what becomes of its input. */
export function rolledBackSentence(
  why: string | undefined,
  retryAt: string | undefined,
  revision: number,
  entry: Pick<HistoryEntry, 'chart' | 'version'> | undefined,
): string {
  const next = retryAt === undefined ? NOT_TRIED_AGAIN : `it is tried again at ${retryAt}`;
  const to = entry === undefined ? '' : ` (${entry.chart}-${entry.version})`;
  return `${why ?? 'the release failed'}; rolled back as revision ${String(revision)}${to}; ${next}`;
}

/** The rollback stands: the release is what it was before, and the rejected input is remembered. */
export function rolledBack(
  status: HelmReleaseStatus,
  revision: number,
  message: string,
  willRetry: boolean,
  context: RecordContext,
): HelmReleaseStatus {
  const { operation: _operation, failure: _failure, failedRollback: _failed, ...others } = status;
  // What was rolled back is what stands; how the rollback came about does not matter any more.
  const rest = others.failedInput === undefined ? others : { ...others, failure: others.failedInput };
  const phased = withPhase(rest, 'RolledBack', context);
  const history = withResult(historyOf(phased), revision, {
    result: 'RolledBack',
    finished: kubeTime(context.now),
  });
  const entry = entryOf(history, revision);
  const next = {
    ...phased,
    history: history,
    ...(entry === undefined ? {} : { deployed: deployedFrom(entry, context) }),
  };
  return troubled(next, 'RolledBack', message, willRetry, context);
}

function withoutTrouble({
  failure: _failure,
  failedInput: _input,
  failedRollback: _rollback,
  contest: _contest,
  operation: _operation,
  ...rest
}: HelmReleaseStatus): HelmReleaseStatus {
  return rest;
}

function deployedFrom(
  entry: HistoryEntry,
  context: RecordContext,
): NonNullable<HelmReleaseStatus['deployed']> {
  return {
    revision: entry.revision,
    chart: `${entry.chart}-${entry.version}`,
    ...(entry.appVersion === undefined ? {} : { appVersion: entry.appVersion }),
    sourceRevision: entry.sourceRevision,
    digest: entry.digest,
    since: kubeTime(context.now),
  };
}

/** The wanted input is deployed and verified; said again only where status says otherwise. */
export function succeeded(status: HelmReleaseStatus, context: RecordContext): HelmReleaseStatus {
  const rest = withoutTrouble(status);
  const phased =
    rest.phase === 'Succeeded' && isTrue(rest.conditions, 'Released') ? rest : inSuccess(rest, context);
  return withoutStates(
    { ...phased, observedGeneration: context.observedGeneration },
    'Reconciling',
    'Stalled',
  );
}

/** Also where nothing was deployed now: after a rollback the wanted input may be just what it led back to. */
function inSuccess(status: HelmReleaseStatus, context: RecordContext): HelmReleaseStatus {
  const isDeployed = isTrue(status.conditions, 'Deployed');
  return withPhase(isDeployed ? status : withPhase(status, 'Deployed', context), 'Succeeded', context);
}
