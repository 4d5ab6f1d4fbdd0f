import { conditionOf } from '../api/conditions.ts';
import { asOperatorError } from '../api/errors.ts';
import type { HelmRelease } from '../api/helm-release.ts';
import { RECONCILE_AT_ANNOTATION } from '../api/names.ts';
import type { ReleaseSettings } from '../api/settings.ts';
import { settingsOf } from '../api/settings.ts';
import type { RevisionRecord } from '../helm/storage/revision.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Action } from './decide/action.ts';
import { decide } from './decide/decide.ts';
import { desire } from './desire/desire.ts';
import type { DesirePorts } from './desire/desire.ts';
import { recordFailure } from './record/fail.ts';
import { addFinalizer, hasFinalizer } from './act/finalizer.ts';
import type { FinalizerPorts } from './act/finalizer.ts';
import { isContested } from './decide/foreign-changes.ts';
import { historyOf } from './observe/history.ts';
import { observe, recall } from './observe/observe.ts';
import { triedOptions } from './observe/tried-options.ts';
import type { Outcome } from './outcome.ts';
import { createPass } from './pass.ts';
import type { Pass } from './pass.ts';
import { isPassive, perform } from './perform.ts';
import type { PerformPorts, Situation } from './perform.ts';
import { formatTarget } from './plan.ts';
import type { Plan } from './plan.ts';
import { inProgress, troubled } from './record/conditions.ts';
import { sourcesMended } from './record/failure.ts';
import { observedRelease, observedTarget } from './record/observed-release.ts';
import { reportingTrouble } from './record/report-trouble.ts';
import { claimRelease } from './act/claim.ts';
import type { ClaimPorts } from './act/claim.ts';
import { requireNamespace } from './act/require-namespace.ts';
import type { RequireNamespacePorts } from './act/require-namespace.ts';
import type { Revisions } from './observe/revisions.ts';
import type { StatusWriter } from './record/status-writer.ts';

export type ReconcilePorts = PerformPorts &
  DesirePorts &
  FinalizerPorts &
  ClaimPorts &
  RequireNamespacePorts & {
    /** Aborted when the operator is told to stop: the step under way is the last one. */
    readonly stopping: AbortSignal;
    readonly revisions: Revisions;
    readonly writeStatus: StatusWriter;
    readonly clock: Clock;
    readonly log: Logger;
  };

/** More steps than any release needs in one pass; beyond it something goes round in circles. */
const MAX_STEPS = 12;

/** One pass over one HelmRelease: observe, desire, decide, act, record, until there is nothing to do now. */
export async function reconcile(
  read: HelmRelease,
  ports: ReconcilePorts,
  signal: AbortSignal,
): Promise<Outcome> {
  const token = read.metadata.annotations?.[RECONCILE_AT_ANNOTATION];
  const requested = token !== undefined && token !== read.status?.lastHandledReconcileAt;
  let pass = createPass(read, ports, signal);
  pass.note(observedTarget);
  let settings: ReleaseSettings;
  try {
    settings = settingsOf(read);
  } catch (caught) {
    const error = asOperatorError(caught);
    await recordFailure(pass, { step: 'spec', error }, ports);
    return { kind: 'stalled', cause: error.message };
  }
  if (!hasFinalizer(read)) {
    pass = createPass(await addFinalizer(read, ports, signal), ports, signal);
    pass.note(observedTarget);
  }
  const outcome = await reportingTrouble(pass, ports.stopping, () =>
    pursue(pass, settings, requested, ports),
  );
  if (outcome === 'pending') return { kind: 'wait', ms: ports.resyncMs() };
  await pass.save((status) => (requested ? { ...status, lastHandledReconcileAt: token } : status));
  return outcome;
}

async function pursue(
  pass: Pass,
  settings: ReleaseSettings,
  requested: boolean,
  ports: ReconcilePorts,
): Promise<Outcome | 'pending'> {
  const desired = await desire(pass.release(), settings, requested, ports, pass.signal);
  if (desired.kind === 'failed') {
    const { step, error } = desired;
    const ms = await recordFailure(pass, { step, error }, ports);
    return ms === undefined ? { kind: 'stalled', cause: error.message } : { kind: 'retry', ms, error };
  }
  if (desired.kind === 'pending') {
    await recordPending(pass, desired.source);
    return 'pending';
  }
  const { plan } = desired;
  let records = ports.revisions.watched(pass.target);
  let fresh = records === undefined;
  let asked = requested;
  for (let step = 0; step < MAX_STEPS; step++) {
    if (ports.stopping.aborted) return { kind: 'wait', ms: 0 };
    records ??= await ports.revisions.fresh(pass.target, pass.signal);
    const claimed = await claimRelease(pass, records, fresh, ports);
    if (claimed !== 'ours') return claimed;
    const homeless = records.length === 0 ? await requireNamespace(pass, ports) : undefined;
    if (homeless !== undefined) return homeless;
    pass.note(sourcesMended);
    const newest = records.at(-1);
    pass.note((status) => observedRelease(status, newest));
    const situation = await situationOf(pass, records, fresh, ports);
    const memory = recall(pass.status(), asked, triedOptions(settings), nowMs(pass));
    const action = decide(wantedOf(plan), situation.observed, memory);
    if (isPassive(action) || fresh) {
      const contest = await contestOf(pass, action, asked, ports);
      if (contest !== undefined) return contest;
      const result = await perform(action, pass, plan, situation, ports);
      if (result !== 'again') return result;
      // The wish of a person is granted once.
      asked = false;
    }
    records = undefined;
    fresh = true;
  }
  throw new Error(`the release did not settle within ${String(MAX_STEPS)} steps`);
}

/** Only of what is new: how a release stands does not change while its source is asked once more. */
async function recordPending(pass: Pass, source: string): Promise<void> {
  const { observedGeneration, failure } = pass.status();
  if (failure !== undefined || observedGeneration === pass.release().metadata.generation) return;
  const message = `waiting for ${source}: it has not answered yet`;
  await pass.save((status, context) => inProgress(status, message, context));
}

function wantedOf({ digest, settings }: Plan): Parameters<typeof decide>[0] {
  return {
    digest,
    rollback: settings.rollback.enable,
    lockLimitMs: Math.max(settings.timeoutMs, LEAST_LOCK_LIMIT_MS),
  };
}

/** Nobody's helm holds a release for longer without being dead, unless it was given a longer timeout. */
const LEAST_LOCK_LIMIT_MS = 900_000;

async function situationOf(
  pass: Pass,
  records: readonly RevisionRecord[],
  fresh: boolean,
  ports: ReconcilePorts,
): Promise<Situation> {
  const readyNow = await isReadyLate(pass, records.at(-1), fresh, ports);
  return { records, observed: observe(records, pass.status(), ports.marks, nowMs(pass), readyNow) };
}

/** Whether a revision that was given up became ready after all. The watches hint at it; the server has to say so. */
async function isReadyLate(
  pass: Pass,
  newest: RevisionRecord | undefined,
  fresh: boolean,
  { readiness }: ReconcilePorts,
): Promise<boolean> {
  const { failedInput: failure } = pass.status();
  if (newest?.status !== 'failed' || failure?.step !== 'wait' || failure.revision !== newest.revision)
    return false;
  const watched = await readiness.watched(pass.target, newest, pass.signal);
  if (watched.kind !== 'ready') return false;
  return !fresh || (await readiness.check(pass.target, newest, pass.signal)).kind === 'ready';
}

/** Somebody else's change is answered, and said; but again and again would only make two programs fight for ever. */
async function contestOf(
  pass: Pass,
  action: Action,
  asked: boolean,
  { events }: ReconcilePorts,
): Promise<Outcome | undefined> {
  if (!('because' in action) || action.because !== 'ForeignChange') return undefined;
  const what = `release ${formatTarget(pass.target)} was changed by another helm`;
  const event = { regarding: pass.release(), type: 'Warning', reason: 'ForeignChange' } as const;
  if (asked || !isContested(historyOf(pass.status()), pass.now())) {
    events.record({ ...event, message: `${what}: it is put back to what is wanted` });
    return undefined;
  }
  const cause = `${what} three times within ten minutes and is left as it is: find out who does it, then set the annotation ${RECONCILE_AT_ANNOTATION} to a new value, or set spec.suspend`;
  const known = conditionOf(pass.status().conditions, 'Stalled')?.message === cause;
  if (!known) events.record({ ...event, message: cause });
  await pass.save(({ operation: _overtaken, ...status }, context) => {
    const { observedGeneration } = context;
    return troubled({ ...status, observedGeneration }, 'ForeignChange', cause, false, context);
  });
  return { kind: 'stalled', cause };
}

function nowMs(pass: Pass): number {
  return pass.now().getTime();
}
