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
import { addFinalizer, hasFinalizer } from './act/finalizer.ts';
import type { FinalizerPorts } from './act/finalizer.ts';
import type { Outcome } from './outcome.ts';
import { createPass } from './pass.ts';
import type { Pass } from './pass.ts';
import { inProgress } from './record/conditions.ts';
import { observedTarget } from './record/observed-release.ts';
import { reportingTrouble } from './record/report-trouble.ts';
import type { StatusWriter } from './record/status-writer.ts';

export type ReconcilePorts = ConvergePorts &
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
  return await converge(pass, desired.plan, requested, ports);
}

/** Only of what is new: how a release stands does not change while its source is asked once more. */
async function recordPending(pass: Pass, source: string): Promise<void> {
  const { observedGeneration, failure } = pass.status();
  if (failure !== undefined || observedGeneration === pass.generation) return;
  const message = `waiting for ${source}: it has not answered yet`;
  await pass.save((status, context) => inProgress(status, message, context));
}
