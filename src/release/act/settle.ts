import { conditionOf, isTrue } from '../../api/conditions.ts';
import type { HelmReleaseStatus } from '../../api/helm-release.ts';
import { READY } from '../../health/health.ts';
import type { Health } from '../../health/health.ts';
import type { EventRecorder } from '../../kube/events.ts';
import type { Action } from '../decide/action.ts';
import { concealed } from './explain.ts';
import type { ConcealPorts } from './explain.ts';
import type { Outcome } from '../../kube/outcome.ts';
import type { Pass } from '../pass.ts';
import type { Plan } from '../plan.ts';
import type { Readiness, RevisionId } from '../observe/readiness.ts';
import { inProgress, troubled } from '../../api/standing.ts';
import type { RecordContext } from '../record/context.ts';
import { ownHalfUninstalled } from '../own-release.ts';
import { healthy } from '../record/health.ts';
import { chartFetched } from '../record/observed-release.ts';
import { succeeded } from '../record/attempt.ts';

export interface SettlePorts extends ConcealPorts {
  readonly readiness: Readiness;
  readonly events: EventRecorder;
  /** Time until an unchanged release is looked at again, in case that an event was missed. */
  readonly resyncMs: () => number;
}

/** Nothing is to be done now: says so in status, which costs a write only if it is news. */
export async function settle(
  action: Extract<Action, { kind: 'nothing' | 'wait' | 'stay' }>,
  pass: Pass,
  plan: Plan,
  newest: RevisionId | undefined,
  ports: SettlePorts,
): Promise<Outcome> {
  switch (action.kind) {
    case 'nothing': {
      const health = await healthOf(pass, plan, newest, ports);
      const wasIll = conditionOf(pass.status().conditions, 'Ready')?.reason === 'Unhealthy';
      await pass.save((status, context) =>
        healthy(succeeded(chartFetched(status, plan.chart.revision, context), context), health, context),
      );
      if (health.kind !== 'ready' && !wasIll) tellIllness(pass, ports);
      return { kind: 'done' };
    }
    case 'wait':
      await pass.save((status, context) =>
        action.for === 'lock'
          ? inProgress(status, action.why, context)
          : standing(status, plan.digest, 'Reconciling', 'Failed', context),
      );
      return { kind: action.for === 'lock' ? 'wait' : 'retry', ms: Math.min(action.ms, ports.resyncMs()) };
    case 'stay': {
      if (action.why === 'own') return await stayHalfUninstalled(pass, ports);
      await pass.save((status, context) =>
        standing(
          withoutOvertaken(status),
          plan.digest,
          'Stalled',
          action.why === 'rejected' ? 'RolledBack' : 'Failed',
          context,
        ),
      );
      return { kind: 'stalled', cause: causeFor(pass.status(), plan.digest) };
    }
  }
}

async function stayHalfUninstalled(pass: Pass, { events }: SettlePorts): Promise<Outcome> {
  const cause = ownHalfUninstalled(pass.target);
  if (conditionOf(pass.status().conditions, 'Stalled')?.message !== cause) {
    pass.log.error('release is half uninstalled', { cause });
    events.record({
      regarding: pass.release(),
      type: 'Warning',
      reason: 'OwnReleaseUninstalling',
      message: cause,
    });
  }
  await pass.save((status, context) => {
    const seen = { ...withoutOvertaken(status), observedGeneration: context.observedGeneration };
    return troubled(seen, 'OwnReleaseUninstalling', cause, false, context);
  });
  return { kind: 'stalled', cause };
}

function tellIllness(pass: Pass, { events }: SettlePorts): void {
  const message = conditionOf(pass.status().conditions, 'Ready')?.message ?? '';
  pass.log.warn('release is not healthy', { cause: message });
  events.record({ regarding: pass.release(), type: 'Warning', reason: 'Unhealthy', message });
}

/** A watch that lags must not make a release look ill: the server is asked before that is said. */
async function healthOf(
  pass: Pass,
  plan: Plan,
  of: RevisionId | undefined,
  ports: SettlePorts,
): Promise<Health> {
  if (of === undefined) return READY;
  const watched = await ports.readiness.watched(pass.target, of, pass.signal);
  // Of what they do not see the watches say nothing against it.
  if (watched.kind === 'ready' && (await ports.readiness.isWatched(pass.target, of, pass.signal)))
    return watched;
  const health = await ports.readiness.check(pass.target, of, pass.signal);
  return health.kind === 'ready'
    ? health
    : { ...health, why: await concealed(pass, plan, of, health.why, ports) };
}

/** What is to be said of an input that was rolled back when nobody remembers why. */
const UNKNOWN_CAUSE = 'this input was rolled back before: change chart, values or options';

/** Why an input is not what is deployed; history remembers it where another input was well in between. */
export function causeFor(
  { failedInput, failedRollback, history = [] }: HelmReleaseStatus,
  digest: string,
): string {
  if (failedRollback?.digest === digest) return failedRollback.cause;
  if (failedInput?.digest === digest) return failedInput.cause;
  const tried = history.find((entry) => entry.digest === digest && entry.message !== undefined);
  return tried?.message ?? UNKNOWN_CAUSE;
}

/** Work on a revision that somebody else's came after is under way no more; a rollback of ours is known by it. */
function withoutOvertaken(status: HelmReleaseStatus): HelmReleaseStatus {
  const { operation, ...rest } = status;
  return operation?.action === 'rollback' ? status : rest;
}

/** Says again what stands, where a newer generation or an outage in between has not left it standing. */
function standing(
  status: HelmReleaseStatus,
  digest: string,
  type: 'Reconciling' | 'Stalled',
  reason: string,
  context: RecordContext,
): HelmReleaseStatus {
  const ready = conditionOf(status.conditions, 'Ready');
  const said = isTrue(status.conditions, type) && ready?.status === 'False' ? ready : undefined;
  return troubled(
    { ...status, observedGeneration: context.observedGeneration },
    said?.reason ?? reason,
    said?.message ?? causeFor(status, digest),
    type === 'Reconciling',
    context,
  );
}
