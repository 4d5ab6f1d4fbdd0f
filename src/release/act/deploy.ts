import type { HelmReleaseStatus, HistoryEntry, Operation } from '../../api/helm-release.ts';
import { kubeTime } from '../../api/time.ts';
import type { HelmOutcome } from '../../helm/outcome.ts';
import type { Charts } from '../../charts/charts.ts';
import type { RevisionRecord } from '../../helm/storage/revision.ts';
import type { Storage } from '../../helm/storage/storage.ts';
import type { Cause } from '../decide/action.ts';
import type { ValuesMap } from '../../values/merge.ts';
import { notLosing, recordFailure } from '../record/fail.ts';
import type { FailPorts } from '../record/fail.ts';
import { entryOf, historyOf, restorableRevision } from '../observe/history.ts';
import type { Revisions } from '../observe/revisions.ts';
import type { Pass } from '../pass.ts';
import { formatChart } from '../plan.ts';
import type { Plan } from '../plan.ts';
import { made, started } from '../record/attempt.ts';
import type { Made } from '../record/attempt.ts';
import { chartFetched } from '../record/observed-release.ts';
import { CrdError } from './crds.ts';
import type { Crds } from './crds.ts';
import { explainRun } from './explain.ts';
import type { ExplainPorts } from './explain.ts';
import { explainConflict } from './left-behind-conflict.ts';
import { isBlameless } from '../../helm/errors/platform-trouble.ts';
import { supersede } from './supersede.ts';
import { tellDuplicates } from '../tell/tell-duplicates.ts';
import type { TellDuplicatesPorts } from '../tell/tell-duplicates.ts';

export interface DeployPorts extends FailPorts, ExplainPorts, TellDuplicatesPorts {
  readonly crds: Crds;
  readonly storage: Pick<Storage, 'mark'>;
  readonly revisions: Pick<Revisions, 'fresh'>;
  readonly charts: Pick<Charts, 'pin'>;
}

export interface Deployment {
  readonly action: 'install' | 'upgrade';
  readonly because: Cause;
  readonly fromRevision: number;
  /** What helm composes, by which it uses subcharts or not; without it, what the plan has. */
  readonly values?: ValuesMap;
  readonly run: (prepared: { readonly skipCRDs: boolean }) => Promise<HelmOutcome>;
}

/**
 * The frame of install and upgrade: write down what is meant, run helm, and believe Helm's storage rather than the
 * exit code about what came of it. A success is recorded by the next step, together with its readiness.
 */
export async function deploy(
  pass: Pass,
  plan: Plan,
  { action, because, fromRevision, values = plan.values.merged, run }: Deployment,
  ports: DeployPorts,
): Promise<void> {
  const toRevision = fromRevision + 1;
  const operation: Operation & { readonly action: 'install' | 'upgrade' } = {
    action,
    cause: because,
    digest: plan.digest,
    fromRevision,
    toRevision,
    startedAt: kubeTime(pass.now()),
  };
  const doing = `${action === 'install' ? 'installing' : 'upgrading to'} ${formatChart(plan.chart)} as revision ${String(toRevision)}`;
  await pass.save((status, context) =>
    started(
      chartFetched(status, plan.chart.revision, context),
      operation,
      plan.chart.revision,
      doing,
      context,
    ),
  );
  pass.log.info(action === 'install' ? 'running installation' : 'running upgrade', {
    chart: formatChart(plan.chart),
    revision: toRevision,
    cause: because,
  });
  for (const warning of plan.values.warnings) warn(pass, warning, ports);
  const { target, signal } = pass;
  const failing = `${action} of ${formatChart(plan.chart)} failed`;
  let outcome: HelmOutcome;
  try {
    outcome = await withPinned(plan, ports, async () =>
      run(await ports.crds.prepare({ ...plan, action, values }, signal)),
    );
  } catch (error) {
    if (!(error instanceof CrdError)) throw error;
    await recordFailure(pass, { step: action, error, doing: failing, plan }, ports);
    return;
  }
  const ended = outcome;
  const asking = <T>(ask: () => Promise<T>): Promise<T> =>
    ended.kind === 'ok'
      ? ask()
      : notLosing(pass, { step: action, error: ended.error, doing: failing, plan }, ask);
  const records = await asking(() => ports.revisions.fresh(target, signal));
  const newest = records.at(-1)?.revision === toRevision ? records.at(-1) : undefined;
  if (outcome.kind === 'ok' || newest?.status === 'deployed') {
    pass.log.info(action === 'install' ? 'installation succeeded' : 'upgrade succeeded', {
      revision: toRevision,
      durationMs: Math.round(outcome.durationMs),
    });
    await complete(pass, action, newest, records, ports);
    return;
  }
  const revision = newest?.revision;
  if (revision !== undefined) {
    await asking(() =>
      pass.save((status, context) => made(status, madeFrom(plan, status, revision), context)),
    );
  }
  await recordFailure(
    pass,
    {
      step: action,
      error: explainConflict(await explainRun(pass, plan, outcome.error, newest, ports), pass.status()),
      doing: failing,
      plan,
      restorable: isRestorable(pass, records, toRevision),
      blameless: isBlameless(outcome.error),
      ...(revision === undefined ? {} : { revision }),
    },
    ports,
  );
}

/** Everything is applied. When helm cannot write that down, it may call it a success, or a failure, and leave its lock. */
async function complete(
  pass: Pass,
  action: Deployment['action'],
  newest: RevisionRecord | undefined,
  records: readonly RevisionRecord[],
  ports: DeployPorts,
): Promise<void> {
  if (newest === undefined) return;
  const { storage } = ports;
  const { namespace, releaseName } = pass.target;
  if (newest.status === `pending-${action}`) {
    const description = action === 'install' ? 'Install complete' : 'Upgrade complete';
    const edit = { status: 'deployed', description } as const;
    await storage.mark(namespace, releaseName, newest.revision, edit, pass.signal);
  }
  await supersede(pass, records, newest.revision, { storage });
  await tellDuplicates(pass, newest, ports);
}

/** Whether there is a revision that works to go back to. */
function isRestorable(pass: Pass, records: readonly RevisionRecord[], below: number): boolean {
  const stored = records.map(({ revision, status }) => ({ number: revision, status }));
  return restorableRevision(historyOf(pass.status()), stored, below) !== undefined;
}

/** What the author of the values may want to change, although the release goes on. */
function warn(pass: Pass, message: string, { events }: FailPorts): void {
  pass.log.warn('values warning', { warning: message });
  events.record({ regarding: pass.release(), type: 'Warning', reason: 'ValuesWarning', message });
}

/** A revision as history keeps it, told by the plan that it was made from, and by what status says of it. */
export function madeFrom(plan: Plan, status: HelmReleaseStatus, revision: number): Made {
  const { chart, digest } = plan;
  const { operation } = status;
  const mine = operation?.toRevision === revision ? operation : undefined;
  const known = entryOf(historyOf(status), revision);
  return {
    revision,
    chart: chart.name,
    version: chart.version,
    ...(chart.appVersion === undefined ? {} : { appVersion: chart.appVersion }),
    sourceRevision: chart.revision,
    digest,
    action: makingAction(mine) ?? known?.action ?? 'upgrade',
    cause: mine?.cause ?? known?.cause ?? 'Changed',
    ...(plan.trail === undefined ? {} : { trail: plan.trail }),
  };
}

/** Tests make no revision. */
function makingAction(operation: Operation | undefined): HistoryEntry['action'] | undefined {
  switch (operation?.action) {
    case 'install':
    case 'upgrade':
    case 'rollback':
      return operation.action;
    default:
      return undefined;
  }
}

/** Keeps the chart in the store meanwhile. */
export async function withPinned<T>(
  { chart }: Plan,
  { charts }: Pick<DeployPorts, 'charts'>,
  run: () => Promise<T>,
): Promise<T> {
  const release = charts.pin(chart);
  try {
    return await run();
  } finally {
    release();
  }
}
