import { withPhase } from '../../api/phases.ts';
import { kubeTime } from '../../api/time.ts';
import type { Health } from '../../health/health.ts';
import type { Storage } from '../../helm/storage/storage.ts';
import { recordFailure } from '../record/fail.ts';
import type { FailPorts } from '../record/fail.ts';
import { beginAgain, isOld, testedBefore } from '../observe/found-again.ts';
import type { DatedRevision } from '../observe/found-again.ts';
import { entryOf, historyOf } from '../observe/history.ts';
import { meterEnd } from '../record/meter.ts';
import { NotReadyError } from '../record/not-ready.ts';
import type { Outcome } from '../../kube/outcome.ts';
import type { Pass } from '../pass.ts';
import { formatChart } from '../plan.ts';
import type { Plan } from '../plan.ts';
import type { Readiness, RevisionId } from '../observe/readiness.ts';
import { deployed, made } from '../record/attempt.ts';
import { madeFrom } from './deploy.ts';
import { concealed } from './explain.ts';
import type { ConcealPorts } from './explain.ts';
import { recordReleased } from './released.ts';
import { testing } from './test.ts';

export interface AwaitPorts extends FailPorts, ConcealPorts {
  readonly readiness: Readiness;
  readonly storage: Pick<Storage, 'read'>;
}

/**
 * Looks whether the newest revision is ready. While it is not, the pass ends and no worker is held: a change of the
 * release's objects or the deadline starts the next look.
 */
export async function awaitReady(
  pass: Pass,
  plan: Plan,
  of: DatedRevision,
  restorable: boolean,
  ports: AwaitPorts,
): Promise<Outcome | 'again'> {
  const { revision } = of;
  pass.note((status, { now }) => beginAgain(status, plan, revision, now));
  const verdict = await verdictOn(pass, plan, of, ports.readiness);
  if (verdict.kind === 'ready') {
    await succeed(pass, plan, revision, ports);
    return 'again';
  }
  const deadline = deadlineOf(pass, plan, revision);
  const remainingMs = deadline.getTime() - pass.now().getTime();
  if (verdict.kind === 'progressing' && remainingMs > 0) {
    await recordWaiting(pass, plan, of, deadline, verdict.why, ports);
    return { kind: 'wait', ms: await timeToLook(pass, of, remainingMs, ports.readiness) };
  }
  if (isOld(pass.status(), plan, of) && (await isTested(pass, plan, revision, ports))) {
    pass.log.warn('release was made long ago and is not ready: it is left as it is', { revision });
    await recordReleased(pass, plan, revision, ports);
    return 'again';
  }
  await giveUp(pass, plan, of, restorable, verdict, ports);
  return 'again';
}

/** Whether no tests are wanted, or Helm knows how they ended. */
async function isTested(pass: Pass, plan: Plan, revision: number, ports: AwaitPorts): Promise<boolean> {
  if (!plan.settings.test.enable) return true;
  const phase = await testedBefore(pass, plan, revision, ports);
  if (phase !== undefined) pass.note((status, context) => withPhase(status, phase, context));
  return phase !== undefined;
}

const LOOK_MS = 5_000;

/** Until the deadline, because a watch wakes the release before; where there is none, only for a while. */
export async function timeToLook(
  { target, signal }: Pass,
  of: RevisionId,
  remainingMs: number,
  { isWatched }: Readiness,
): Promise<number> {
  return (await isWatched(target, of, signal)) ? remainingMs : Math.min(LOOK_MS, remainingMs);
}

/** The watches are asked first; only the server's own word, read afterwards, ends a wait. */
async function verdictOn(pass: Pass, plan: Plan, of: RevisionId, readiness: Readiness): Promise<Health> {
  if (!plan.settings.wait) return { kind: 'ready' };
  const waiting = pass.status().operation?.deadline !== undefined;
  const due = deadlineOf(pass, plan, of.revision) <= pass.now();
  const watched = waiting && !due ? await readiness.watched(pass.target, of, pass.signal) : undefined;
  if (watched?.kind === 'progressing') return watched;
  const first = waiting || due ? undefined : await readiness.settled(pass.target, of, pass.signal);
  return first === undefined || first.kind === 'failed'
    ? await readiness.check(pass.target, of, pass.signal)
    : first;
}

function deadlineOf(pass: Pass, plan: Plan, revision: number): Date {
  const { operation } = pass.status();
  return operation?.toRevision === revision && operation.deadline !== undefined
    ? new Date(operation.deadline)
    : new Date(pass.now().getTime() + plan.settings.timeoutMs);
}

async function recordWaiting(
  pass: Pass,
  plan: Plan,
  of: RevisionId,
  deadline: Date,
  why: string,
  ports: ConcealPorts,
): Promise<void> {
  const { revision } = of;
  const { operation } = pass.status();
  if (operation?.toRevision === revision && operation.deadline !== undefined) return;
  const message = `waiting until ${kubeTime(deadline)} for revision ${String(revision)} (${formatChart(plan.chart)}) to become ready: ${await concealed(pass, plan, of, why, ports)}`;
  await pass.save((status, context) => {
    const entry = madeFrom(plan, status, revision);
    const begun = operation?.toRevision === revision ? operation : undefined;
    const next = deployed(made(status, entry, context), message, context);
    return {
      ...next,
      operation: {
        action: entry.action,
        cause: entry.cause,
        digest: plan.digest,
        fromRevision: begun?.fromRevision ?? revision - 1,
        toRevision: revision,
        startedAt: begun?.startedAt ?? kubeTime(context.now),
        deadline: kubeTime(deadline),
      },
    };
  });
}

async function succeed(pass: Pass, plan: Plan, revision: number, ports: AwaitPorts): Promise<void> {
  if (await isTested(pass, plan, revision, ports)) {
    await recordReleased(pass, plan, revision, ports);
    return;
  }
  pass.log.info('running test', { revision });
  // From here on the operation is the test, with a beginning of its own.
  meterEnd(pass, ports.meter, true);
  await pass.save((status, context) => {
    const entry = madeFrom(plan, status, revision);
    const next = deployed(made(status, entry, context), 'ready', context);
    return testing(next, plan, entry, context);
  });
}

async function giveUp(
  pass: Pass,
  plan: Plan,
  of: RevisionId,
  restorable: boolean,
  verdict: Extract<Health, { why: string }>,
  ports: AwaitPorts,
): Promise<void> {
  const { revision } = of;
  const limit = `${String(Math.round(plan.settings.timeoutMs / 1000))} s`;
  const why = await concealed(pass, plan, of, verdict.why, ports);
  const error = new NotReadyError(
    verdict.kind === 'failed' ? why : `it was not ready within ${limit} (spec.timeout): ${why}`,
  );
  const action = madeFrom(plan, pass.status(), revision).action;
  if (entryOf(historyOf(pass.status()), revision) === undefined) {
    await pass.save((status, context) => made(status, madeFrom(plan, status, revision), context));
  }
  const doing = `${action} to revision ${String(revision)} (${formatChart(plan.chart)}) failed`;
  await recordFailure(pass, { step: 'wait', error, doing, plan, revision, restorable }, ports);
}
