import { asOperatorError } from '../api/errors.ts';
import type { HelmRelease } from '../api/helm-release.ts';
import { releaseNameProblem } from '../api/release-name.ts';
import type { ReleaseTarget } from '../api/release-name.ts';
import { isForbidden } from '../kube/errors.ts';
import { inProgress } from '../api/standing.ts';
import { recordFailure } from './record/fail.ts';
import { uninstallBegunAt, uninstalling } from './record/uninstalling.ts';
import { actorOf } from './actor.ts';
import type { Acting } from './actor.ts';
import { hasFinalizer, removeFinalizer } from './admit/finalizer.ts';
import type { FinalizerPorts } from './admit/finalizer.ts';
import type { ClaimPorts } from './admit/claim.ts';
import type { Outcome } from '../kube/outcome.ts';
import { reportingTrouble } from './record/report-trouble.ts';
import { createPass } from './pass.ts';
import type { Pass } from './pass.ts';
import { formatTarget } from './plan.ts';
import type { Revisions } from './observe/revisions.ts';
import type { StatusWriter } from '../kube/status-writer.ts';
import { leaveBehind } from './follow-target.ts';
import { actorFor, isStillOurs, tellWhatStays } from './left-behind.ts';
import { formerTarget } from './observe/former-target.ts';
import { hasManaged } from './observe/has-managed.ts';
import { OWN_KEPT } from './own-release.ts';
import { leftBehindOf } from './record/left-behind.ts';
import { uninstallRelease } from './uninstall.ts';
import type { Uninstalled, UninstallIntent, UninstallPorts } from './uninstall.ts';
import type { Lifeline } from '../kube/vigil.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface RemovePorts
  extends FinalizerPorts, ClaimPorts, Omit<UninstallPorts, keyof ClaimPorts>, Acting<RemovePorts> {
  readonly revisions: Revisions;
  readonly writeStatus: StatusWriter<HelmRelease>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stopping: AbortSignal;
}

/** Ends what a deleted HelmRelease stood for: uninstalls its release, or leaves it, and lets the object go. */
export async function remove(
  release: HelmRelease,
  given: RemovePorts,
  signal: AbortSignal,
  lifeline?: Lifeline,
): Promise<Outcome> {
  if (!hasFinalizer(release)) return { kind: 'done' };
  const ports = given.as(actorOf(release, given.tenancy));
  const pass = createPass(release, ports, signal, lifeline);
  const failed = await reportingTrouble(pass, ports.stopping, async () => {
    // Helm can have made no release of such a name, and the API server refuses to be asked for one.
    const outcome = releaseNameProblem(release) === undefined ? await uninstall(pass, ports) : undefined;
    if (outcome === undefined) tellWhatStays(pass, await whatStays(pass, ports), ports);
    return outcome;
  });
  if (failed !== undefined) return failed;
  await removeFinalizer(pass.release(), ports, signal);
  ports.revisions.forget(pass.target);
  return { kind: 'done' };
}

/** Undefined when the HelmRelease may go. */
async function uninstall(pass: Pass, ports: RemovePorts): Promise<Outcome | undefined> {
  const heldMs = heldForMs(pass, ports);
  if (heldMs > 0) return { kind: 'retry', ms: heldMs };
  const intent: UninstallIntent = {
    begunAt: uninstallBegunAt(pass.status()),
    begin: async ({ revision, marks }) => {
      const begun = {
        revision,
        digest: marks.digest ?? 'unknown',
        because: 'the HelmRelease is being deleted',
      };
      await pass.save((status, context) => uninstalling(status, begun, context));
    },
  };
  const account = actorOf(pass.read, ports.tenancy);
  const result = await unlessShutOut(pass, ports, account, () =>
    uninstallRelease(pass, { ...pass.target, account }, intent, ports),
  );
  if (result?.kind === 'held') {
    await pass.save((status, context) => inProgress(status, result.why, context));
    return { kind: 'wait', ms: result.ms };
  }
  if (result?.kind === 'left' && result.why === OWN_KEPT) {
    const message = `the HelmRelease goes, and release ${formatTarget(pass.target)} stays: ${result.why}`;
    const regarding = pass.release();
    ports.events.record({ regarding, type: 'Warning', reason: 'OwnReleaseKept', message });
  }
  if (result?.kind !== 'failed') return undefined;
  const doing = `uninstalling release ${formatTarget(pass.target)} failed (to let this object go and keep the release, set spec.suspend to true)`;
  const ms = await recordFailure(pass, { step: 'uninstall', error: result.error, doing }, ports);
  return { kind: 'retry', ms: ms ?? 60_000 };
}

/**
 * How long a failed uninstall has still to wait. Whatever wakes the release before is no reason to run helm again: helm
 * itself does, by writing down how far it came.
 */
function heldForMs(pass: Pass, { find }: RemovePorts): number {
  const { failure, observedGeneration = 0 } = pass.status();
  const edited = (find(pass.key)?.metadata.generation ?? pass.generation) > observedGeneration;
  if (edited || failure?.step !== 'uninstall' || failure.nextTry === undefined) return 0;
  return Date.parse(failure.nextTry) - pass.now().getTime();
}

/**
 * Undefined where the operator may not even look, and there is nothing that it would have to uninstall. What an account may not do is
 * a failure to tell people of, and no accident.
 */
async function unlessShutOut(
  pass: Pass,
  { find }: RemovePorts,
  account: string | undefined,
  work: () => Promise<Uninstalled>,
): Promise<Uninstalled | undefined> {
  try {
    return await work();
  } catch (caught) {
    if (!isForbidden(caught)) throw caught;
    const suspended = (find(pass.key) ?? pass.release()).spec.suspend === true;
    if (!suspended && hasManaged(pass.status(), pass.target)) {
      if (account === undefined) throw caught;
      return { kind: 'failed', error: asOperatorError(caught) };
    }
    pass.log.info('leaving the release in place', {
      reason: suspended ? 'spec.suspend is set' : 'this HelmRelease never managed it',
    });
    return undefined;
  }
}

/** The releases that it stood for before; the last one may have changed so lately that it was not listed yet. */
async function whatStays(pass: Pass, ports: RemovePorts): Promise<readonly ReleaseTarget[]> {
  const stay: ReleaseTarget[] = [];
  for (const each of leftBehindOf(pass.status())) {
    const { revisions, marks } = ports.as(actorFor(pass, each, ports));
    if (await isStillOurs(pass, each, false, { revisions, marks })) stay.push(each);
  }
  const former = formerTarget(pass.status(), pass.target);
  return former !== undefined && (await leaveBehind(pass, former, ports)) ? [...stay, former] : stay;
}
