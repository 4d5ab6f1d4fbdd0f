import { asOperatorError } from '../api/errors.ts';
import type { HelmRelease } from '../api/helm-release.ts';
import type { ReleaseSettings } from '../api/settings.ts';
import { settingsOf } from '../api/settings.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import { actorOf } from './actor.ts';
import type { Acting } from './actor.ts';
import { converge } from './converge.ts';
import type { ConvergePorts } from './converge.ts';
import { desire } from './desire/desire.ts';
import type { DesirePorts } from './desire/desire.ts';
import type { OriginOf } from './desire/origin.ts';
import { recordFailure } from './record/fail.ts';
import { addFinalizer, hasFinalizer } from './admit/finalizer.ts';
import type { FinalizerPorts } from './admit/finalizer.ts';
import { followTarget } from './follow-target.ts';
import type { FollowPorts } from './follow-target.ts';
import { forgetUnnamed, tidyLeftBehind } from './left-behind.ts';
import type { LeftBehindPorts } from './left-behind.ts';
import { formerTarget } from './observe/former-target.ts';
import type { Outcome } from '../kube/outcome.ts';
import { createPass } from './pass.ts';
import type { Pass } from './pass.ts';
import { inProgress } from '../api/standing.ts';
import { insecureSources } from './record/insecure-sources.ts';
import { leftBehindOf } from './record/left-behind.ts';
import { observedTarget } from './record/observed-release.ts';
import { underAccount } from './record/under-account.ts';
import { reportingTrouble } from './record/report-trouble.ts';
import type { StatusWriter } from '../kube/status-writer.ts';
import type { Lifeline } from '../kube/vigil.ts';
import { granted, wishOf } from './wish.ts';
import type { Wish } from './wish.ts';

/** The first comes first: by it all of them are had for an account. */
export type ReconcilePorts = Acting<ReconcilePorts> &
  ConvergePorts &
  FollowPorts &
  LeftBehindPorts &
  DesirePorts &
  FinalizerPorts & {
    readonly originOf: OriginOf;
    readonly writeStatus: StatusWriter<HelmRelease>;
    readonly clock: Clock;
    readonly log: Logger;
  };

/** Until a GitSync has been looked at after a start. */
const ORIGIN_MS = 500;
/** The same for a release that is woken then, unless there is no such GitSync. */
const OWN_CHART_MS = 30_000;

/** One pass over one HelmRelease: observe, desire, decide, act, record, until there is nothing to do now. */
export async function reconcile(
  read: HelmRelease,
  ports: ReconcilePorts,
  signal: AbortSignal,
  lifeline?: Lifeline,
): Promise<Outcome> {
  const wish = wishOf(read);
  const pass = createPass(read, ports, signal, lifeline);
  // What is under way was begun by an earlier pass.
  if (read.status?.operation === undefined) pass.log.info('starting sync run');
  let settings: ReleaseSettings;
  try {
    settings = settingsOf(read, ports.tenancy);
  } catch (caught) {
    const error = asOperatorError(caught);
    // The release that status speaks of is found by it once the HelmRelease is right again.
    if (formerTarget(pass.status(), pass.target) === undefined) pass.note(observedTarget);
    await recordFailure(pass, { step: 'spec', error }, ports);
    return { kind: 'stalled', cause: error.message };
  }
  // Without a chart nothing is made; what Helm knows of already may have to be uninstalled without one.
  if (ports.revisions.watched(pass.target)?.length !== 0) await holdRelease(pass, ports);
  const outcome = await reportingTrouble(pass, ports.stopping, async () => {
    await followTarget(pass, ports.as(actorOf(read, ports.tenancy)));
    return await pursueAndTidy(pass, settings, wish, ports);
  });
  if (outcome === 'pending') return { kind: 'wait', ms: ports.resyncMs() };
  await pass.save((status) => granted(status, wish));
  return outcome;
}

/** The new release comes first; what was left behind is looked at whatever came of it. */
async function pursueAndTidy(
  pass: Pass,
  settings: ReleaseSettings,
  wish: Wish | undefined,
  ports: ReconcilePorts,
): Promise<Outcome | 'pending'> {
  const outcome = await pursue(pass, settings, wish, ports);
  forgetUnnamed(pass);
  if (outcome === 'pending' || leftBehindOf(pass.status()).length === 0) return outcome;
  const { uninstalled, retryMs } = await tidyLeftBehind(pass, ports);
  const failed = outcome.kind === 'retry' || outcome.kind === 'stalled';
  // What stood in its way may be gone.
  if (uninstalled && failed) return await pursue(pass, settings, {}, ports);
  if (retryMs === undefined || outcome.kind === 'stalled') return outcome;
  const ms = Math.min(retryMs, outcome.kind === 'done' ? ports.resyncMs() : outcome.ms);
  return { kind: outcome.kind === 'done' ? 'wait' : outcome.kind, ms };
}

async function pursue(
  pass: Pass,
  settings: ReleaseSettings,
  wish: Wish | undefined,
  ports: ReconcilePorts,
): Promise<Outcome | 'pending'> {
  const desired = await desire(pass, settings, wish !== undefined, ports.as(settings.account));
  if (desired.kind === 'failed') {
    const ms = await recordFailure(pass, desired, ports);
    return ms === undefined ? { kind: 'stalled', cause: desired.error.message } : { kind: 'retry', ms };
  }
  if (desired.kind === 'pending') {
    await recordPending(pass, `waiting for ${desired.source}: it has not answered yet`);
    return 'pending';
  }
  if (desired.kind === 'unproved') {
    await recordPending(pass, `waiting for ${desired.why}`);
    return { kind: 'wait', ms: OWN_CHART_MS };
  }
  using _ = desired.held;
  const origin = ports.originOf(pass.read);
  if (origin.kind === 'not-known-yet') return { kind: 'wait', ms: ORIGIN_MS };
  await holdRelease(pass, ports);
  pass.note((status) => underAccount(insecureSources(status, desired.plan), desired.plan));
  const plan = origin.kind === 'git' ? { ...desired.plan, trail: origin.trail } : desired.plan;
  return await converge(pass, { ...desired, plan }, wish, ports.as(plan.account?.user));
}

async function holdRelease(pass: Pass, ports: FinalizerPorts): Promise<void> {
  const release = pass.release();
  if (!hasFinalizer(release)) pass.take(await addFinalizer(release, ports, pass.signal));
}

/** Only of what is new: how a release stands does not change while its source is asked once more. */
async function recordPending(pass: Pass, message: string): Promise<void> {
  const { observedGeneration, failure } = pass.status();
  if (failure !== undefined || observedGeneration === pass.generation) return;
  pass.log.info(`chart not ready: ${message}`);
  await pass.save((status, context) => inProgress(status, message, context), { yields: true });
}
