import { asOperatorError } from '../api/errors.ts';
import type { HelmRelease } from '../api/helm-release.ts';
import { RECONCILE_AT_ANNOTATION } from '../api/names.ts';
import type { ReleaseSettings } from '../api/settings.ts';
import { settingsOf } from '../api/settings.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import { converge } from './converge.ts';
import type { ConvergePorts } from './converge.ts';
import { desire } from './desire/desire.ts';
import type { DesirePorts } from './desire/desire.ts';
import { recordFailure } from './record/fail.ts';
import { addFinalizer, hasFinalizer } from './admit/finalizer.ts';
import type { FinalizerPorts } from './admit/finalizer.ts';
import { followTarget } from './follow-target.ts';
import type { FollowPorts } from './follow-target.ts';
import { tidyLeftBehind } from './left-behind.ts';
import type { LeftBehindPorts } from './left-behind.ts';
import { formerTarget } from './observe/former-target.ts';
import type { Outcome } from './outcome.ts';
import { createPass } from './pass.ts';
import type { Pass } from './pass.ts';
import { inProgress } from './record/conditions.ts';
import { insecureSources } from './record/insecure-sources.ts';
import { leftBehindOf } from './record/left-behind.ts';
import { observedTarget } from './record/observed-release.ts';
import { reportingTrouble } from './record/report-trouble.ts';
import type { StatusWriter } from './record/status-writer.ts';
import type { Lifeline } from './vigil.ts';

export type ReconcilePorts = ConvergePorts &
  FollowPorts &
  LeftBehindPorts &
  DesirePorts &
  FinalizerPorts & {
    readonly writeStatus: StatusWriter;
    readonly clock: Clock;
    readonly log: Logger;
  };

/** One pass over one HelmRelease: observe, desire, decide, act, record, until there is nothing to do now. */
export async function reconcile(
  read: HelmRelease,
  ports: ReconcilePorts,
  signal: AbortSignal,
  lifeline?: Lifeline,
): Promise<Outcome> {
  const requested = isRequested(read);
  let pass = createPass(read, ports, signal, lifeline);
  // What is under way was begun by an earlier pass.
  if (read.status?.operation === undefined) pass.log.info('starting sync run');
  let settings: ReleaseSettings;
  try {
    settings = settingsOf(read);
  } catch (caught) {
    const error = asOperatorError(caught);
    // The release that status speaks of is found by it once the HelmRelease is right again.
    if (formerTarget(pass.status(), pass.target) === undefined) pass.note(observedTarget);
    await recordFailure(pass, { step: 'spec', error }, ports);
    return { kind: 'stalled', cause: error.message };
  }
  if (!hasFinalizer(read)) {
    pass = createPass(await addFinalizer(read, ports, signal), ports, signal, lifeline);
  }
  const outcome = await reportingTrouble(pass, ports.stopping, async () => {
    await followTarget(pass, ports);
    return await pursueAndTidy(pass, settings, requested, ports);
  });
  if (outcome === 'pending') return { kind: 'wait', ms: ports.resyncMs() };
  await pass.save((status) => (requested ? { ...status, lastHandledReconcileAt: tokenOf(read) } : status));
  return outcome;
}

/** Whether a person asked for a pass that there has not been yet. */
export function isRequested(release: HelmRelease): boolean {
  const token = tokenOf(release);
  return token !== undefined && token !== release.status?.lastHandledReconcileAt;
}

function tokenOf({ metadata }: HelmRelease): string | undefined {
  return metadata.annotations?.[RECONCILE_AT_ANNOTATION];
}

/** The new release comes first; what was left behind is looked at whatever came of it. */
async function pursueAndTidy(
  pass: Pass,
  settings: ReleaseSettings,
  requested: boolean,
  ports: ReconcilePorts,
): Promise<Outcome | 'pending'> {
  const outcome = await pursue(pass, settings, requested, ports);
  if (outcome === 'pending' || leftBehindOf(pass.status()).length === 0) return outcome;
  const { uninstalled, retryMs } = await tidyLeftBehind(pass, ports);
  const failed = outcome.kind === 'retry' || outcome.kind === 'stalled';
  // What stood in its way may be gone.
  if (uninstalled && failed) return await pursue(pass, settings, true, ports);
  if (retryMs === undefined || outcome.kind === 'stalled') return outcome;
  const ms = Math.min(retryMs, outcome.kind === 'done' ? ports.resyncMs() : outcome.ms);
  return { kind: outcome.kind === 'done' ? 'wait' : outcome.kind, ms };
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
    return ms === undefined ? { kind: 'stalled', cause: error.message } : { kind: 'retry', ms };
  }
  if (desired.kind === 'pending') {
    await recordPending(pass, desired.source);
    return 'pending';
  }
  pass.note((status) => insecureSources(status, desired.plan));
  return await converge(pass, desired.plan, requested, ports);
}

/** Only of what is new: how a release stands does not change while its source is asked once more. */
async function recordPending(pass: Pass, source: string): Promise<void> {
  const { observedGeneration, failure } = pass.status();
  if (failure !== undefined || observedGeneration === pass.generation) return;
  const message = `waiting for ${source}: it has not answered yet`;
  pass.log.info(`chart not ready: ${message}`);
  await pass.save((status, context) => inProgress(status, message, context));
}
