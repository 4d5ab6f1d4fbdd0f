import { kubeTime } from '../../api/time.ts';
import { mask } from '../../helm/errors/mask.ts';
import type { Health } from '../../health/health.ts';
import { recordFailure } from '../record/fail.ts';
import type { FailPorts } from '../record/fail.ts';
import { entryOf, historyOf } from '../observe/history.ts';
import { NotReadyError } from '../record/not-ready.ts';
import type { Outcome } from '../outcome.ts';
import type { Pass } from '../pass.ts';
import { formatChart } from '../plan.ts';
import type { Plan } from '../plan.ts';
import type { Readiness, RevisionId } from '../observe/readiness.ts';
import { deployed, made, started } from '../record/attempt.ts';
import { madeFrom } from './deploy.ts';
import { recordReleased } from './released.ts';

export interface AwaitPorts extends FailPorts {
  readonly readiness: Readiness;
}

/**
 * Looks whether the newest revision is ready. While it is not, the pass ends and no worker is held: a change of the
 * release's objects or the deadline starts the next look.
 */
export async function awaitReady(
  pass: Pass,
  plan: Plan,
  of: RevisionId,
  restorable: boolean,
  ports: AwaitPorts,
): Promise<Outcome | 'again'> {
  const { revision } = of;
  const verdict = await verdictOn(pass, plan, of, ports.readiness);
  if (verdict.kind === 'ready') {
    await succeed(pass, plan, revision, ports);
    return 'again';
  }
  const deadline = deadlineOf(pass, plan, revision);
  const remainingMs = deadline.getTime() - pass.now().getTime();
  if (verdict.kind === 'progressing' && remainingMs > 0) {
    await recordWaiting(pass, plan, revision, deadline, verdict.why);
    return { kind: 'wait', ms: remainingMs };
  }
  await giveUp(pass, plan, revision, restorable, verdict, ports);
  return 'again';
}

/** The watches are asked first; only the server's own word, read afterwards, ends a wait. */
async function verdictOn(pass: Pass, plan: Plan, of: RevisionId, readiness: Readiness): Promise<Health> {
  if (!plan.settings.wait) return { kind: 'ready' };
  const waiting = pass.status().operation?.deadline !== undefined;
  const due = deadlineOf(pass, plan, of.revision) <= pass.now();
  const watched = waiting && !due ? await readiness.watched(pass.target, of, pass.signal) : undefined;
  return watched?.kind === 'progressing' ? watched : await readiness.check(pass.target, of, pass.signal);
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
  revision: number,
  deadline: Date,
  why: string,
): Promise<void> {
  const { operation } = pass.status();
  if (operation?.toRevision === revision && operation.deadline !== undefined) return;
  const message = `waiting until ${kubeTime(deadline)} for revision ${String(revision)} (${formatChart(plan.chart)}) to become ready: ${mask(why, plan.values.secrets)}`;
  await pass.save((status, context) => {
    const entry = madeFrom(plan, operation, revision);
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
  if (!plan.settings.test.enable) {
    await recordReleased(pass, plan, revision, ports);
    return;
  }
  pass.log.info('running test', { revision });
  await pass.save((status, context) => {
    const { operation } = status;
    const entry = madeFrom(plan, operation, revision);
    const next = deployed(made(status, entry, context), 'ready', context);
    const testing = {
      action: 'test' as const,
      cause: entry.cause,
      digest: plan.digest,
      fromRevision: revision,
      toRevision: revision,
      startedAt: kubeTime(context.now),
    };
    return started(next, testing, undefined, `testing revision ${String(revision)}`, context);
  });
}

async function giveUp(
  pass: Pass,
  plan: Plan,
  revision: number,
  restorable: boolean,
  verdict: Extract<Health, { why: string }>,
  ports: AwaitPorts,
): Promise<void> {
  const { operation } = pass.status();
  const limit = `${String(Math.round(plan.settings.timeoutMs / 1000))} s`;
  const error = new NotReadyError(
    verdict.kind === 'failed'
      ? verdict.why
      : `it was not ready within ${limit} (spec.timeout): ${verdict.why}`,
  );
  const action = madeFrom(plan, operation, revision).action;
  if (entryOf(historyOf(pass.status()), revision) === undefined) {
    await pass.save((status, context) => made(status, madeFrom(plan, operation, revision), context));
  }
  const doing = `${action} to revision ${String(revision)} (${formatChart(plan.chart)}) failed`;
  await recordFailure(pass, { step: 'wait', error, doing, plan, revision, restorable }, ports);
}
