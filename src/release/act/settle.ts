import { conditionOf, isTrue } from '../../api/conditions.ts';
import type { HelmReleaseStatus } from '../../api/helm-release.ts';
import { READY } from '../../health/health.ts';
import { mask } from '../../helm/errors/mask.ts';
import type { Health } from '../../health/health.ts';
import type { Action } from '../decide/action.ts';
import type { Outcome } from '../outcome.ts';
import type { Pass } from '../pass.ts';
import type { Plan } from '../plan.ts';
import type { Readiness, RevisionId } from '../observe/readiness.ts';
import { inProgress, troubled } from '../record/conditions.ts';
import type { RecordContext } from '../record/context.ts';
import { healthy } from '../record/health.ts';
import { chartFetched } from '../record/observed-release.ts';
import { succeeded } from '../record/attempt.ts';

export interface SettlePorts {
  readonly readiness: Readiness;
  /** Time until an unchanged release is looked at again, in case that an event was missed. */
  readonly resyncMs: () => number;
}

/** Nothing is to be done now: says so in status, which costs a write only if it is news. */
export async function settle(
  action: Extract<Action, { kind: 'nothing' | 'wait' | 'stay' }>,
  pass: Pass,
  plan: Plan,
  newest: RevisionId | undefined,
  { readiness, resyncMs }: SettlePorts,
): Promise<Outcome> {
  switch (action.kind) {
    case 'nothing': {
      const health = await healthOf(pass, newest, readiness);
      await pass.save((status, context) =>
        healthy(
          succeeded(chartFetched(status, plan.chart.revision, context), context),
          masked(health, plan.values.secrets),
          context,
        ),
      );
      return { kind: 'done' };
    }
    case 'wait':
      await pass.save((status, context) =>
        action.for === 'lock'
          ? inProgress(status, action.why, context)
          : standing(status, plan.digest, 'Reconciling', 'Failed', context),
      );
      return { kind: 'wait', ms: Math.min(action.ms, resyncMs()) };
    case 'stay':
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

/** A watch that lags must not make a release look ill: the server is asked before that is said. */
async function healthOf(pass: Pass, of: RevisionId | undefined, readiness: Readiness): Promise<Health> {
  if (of === undefined) return READY;
  const watched = await readiness.watched(pass.target, of, pass.signal);
  return watched.kind === 'ready' ? watched : await readiness.check(pass.target, of, pass.signal);
}

/** Probes and admission may answer with what they were given. */
function masked(health: Health, secrets: readonly string[]): Health {
  return health.kind === 'ready' ? health : { ...health, why: mask(health.why, secrets) };
}

/** What is to be said of an input that was rolled back when nobody remembers why. */
const UNKNOWN_CAUSE = 'this input was rolled back before: change chart, values or options';

/** Why an input is not what is deployed; history remembers it where another input was well in between. */
function causeFor({ failedInput, history = [] }: HelmReleaseStatus, digest: string): string {
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
