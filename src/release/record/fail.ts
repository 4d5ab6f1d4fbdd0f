import { describe } from '../../api/errors.ts';
import type { OperatorError } from '../../api/errors.ts';
import { HelmError } from '../../helm/errors.ts';
import { mask } from '../../helm/errors/mask.ts';
import type { EventRecorder } from '../../kube/events.ts';
import type { Random } from '../../telemetry/clock.ts';
import type { Fields } from '../../telemetry/logger.ts';
import { lacksRights } from '../actor.ts';
import type { Step } from '../observe/memory.ts';
import { triedOptions } from '../observe/tried-options.ts';
import { meterFailure } from './meter.ts';
import type { Meter } from './meter.ts';
import { inOldWords, inWordsOfEvents } from './old-words.ts';
import type { Pass } from '../pass.ts';
import type { Plan } from '../plan.ts';
import { countsOf, failed } from './failure.ts';
import { nextTryMs } from '../decide/retry-policy.ts';
import type { RetryRules } from '../decide/retry-policy.ts';

export interface FailPorts {
  readonly meter: Meter;
  readonly events: EventRecorder;
  readonly random: Random;
}

export interface FailedStep {
  readonly step: Step;
  readonly error: OperatorError;
  /** Said before the error, where the error alone does not tell what was being done. */
  readonly doing?: string;
  /** What was being carried out; absent before there was a plan. */
  readonly plan?: Plan;
  /** Helm's revision that failed; absent when helm made none. */
  readonly revision?: number;
  /** Whether a revision that works is there to go back to. */
  readonly restorable?: boolean;
  /** The revision is left as it is, whatever the settings for tries say. */
  readonly stays?: boolean;
  /** The revision failed for no fault of its input: no reason to go back, or to give the input up. */
  readonly blameless?: boolean;
  /** What it waits for is asked again by itself, and wakes the release: there is no time at which it is tried again. */
  readonly told?: true;
}

/**
 * Records a failed step in status, as an Event and in the log, and says in how many milliseconds it is tried again:
 * infinite when it is woken, undefined when only a change of its input can help.
 */
export async function recordFailure(
  pass: Pass,
  { step, error, doing, plan, revision, restorable, stays = false, blameless = false, told }: FailedStep,
  { events, random, meter }: FailPorts,
): Promise<number | undefined> {
  const cause = mask(sentenceOf(pass, step, error, doing), plan?.values.secrets ?? []);
  const woken = told === true && error.retry !== 'after-change';
  const standing = standingFor(pass, step, cause);
  if (standing !== undefined) return woken ? Number.POSITIVE_INFINITY : standing.ms;
  meterFailure(pass, meter, step);
  const input = plan === undefined ? {} : { digest: plan.digest, options: triedOptions(plan) };
  const counts = countsOf(pass.status(), { step, ...input, blameless });
  const hasAccount = plan?.account !== undefined;
  const delayMs = nextTryMs(
    {
      step,
      retry: error.retry,
      attempts: counts.platformFailures ?? counts.attempts,
      // Rights of an account are given and taken beside the input, whose tries they must not use up.
      madeRevision: revision !== undefined && !blameless && !(hasAccount && lacksRights(error)),
    },
    rulesOf(plan, restorable === true, stays),
    random,
  );
  const tryAgainMs = woken ? Number.POSITIVE_INFINITY : delayMs;
  // First, because the API server may be what is away.
  log(pass, { step, error, revision }, cause, { ...counts });
  await pass.save(
    (status, context) =>
      failed(
        status,
        {
          step,
          reason: error.reason,
          cause,
          ...counts,
          ...input,
          blameless,
          ...(revision === undefined ? {} : { revision }),
          ...(tryAgainMs === undefined ? {} : { nextTryMs: tryAgainMs }),
        },
        context,
      ),
    { yields: told === true },
  );
  const { releaseName, namespace } = pass.target;
  events.record({
    regarding: pass.release(),
    type: 'Warning',
    reason: 'FailedReleaseSync',
    message: `synchronization of release '${releaseName}' in namespace '${namespace}' failed: ${inWordsOfEvents(step, cause)}`,
  });
  return tryAgainMs;
}

/**
 * Asks what has to be known before a failed step can be recorded. Where there is no answer the pass ends, and status
 * tells of that instead: so the failure itself is at least in the log.
 */
export async function notLosing<T>(
  pass: Pass,
  lost: Pick<FailedStep, 'step' | 'error' | 'doing' | 'plan'>,
  ask: () => Promise<T>,
): Promise<T> {
  try {
    return await ask();
  } catch (caught) {
    const { step, error, doing, plan } = lost;
    log(pass, lost, mask(sentenceOf(pass, step, error, doing), plan?.values.secrets ?? []), {});
    throw caught;
  }
}

function log(
  pass: Pass,
  { step, error, revision }: Pick<FailedStep, 'step' | 'error'> & { readonly revision?: number | undefined },
  cause: string,
  fields: Fields,
): void {
  const action = pass.status().operation?.action;
  pass.log.error(inOldWords(step, action, cause), {
    ...fields,
    ...(revision === undefined ? {} : { revision }),
    ...(error instanceof HelmError && error.stderrTail !== '' ? { helm: error.stderrTail } : {}),
  });
}

/** The same failure of an input that is looked at again and again, before its next try is due, is said once. */
function standingFor(pass: Pass, step: Step, cause: string): { readonly ms: number | undefined } | undefined {
  const { failure, observedGeneration } = pass.status();
  const unchanged =
    LOOKED_AT.has(step) &&
    failure?.step === step &&
    failure.cause === cause &&
    observedGeneration === pass.release().metadata.generation;
  if (!unchanged) return undefined;
  if (failure.nextTry === undefined) return { ms: undefined };
  const ms = Date.parse(failure.nextTry) - pass.now().getTime();
  return ms > 0 ? { ms } : undefined;
}

const LOOKED_AT: ReadonlySet<Step> = new Set(['chart', 'values', 'spec', 'ownership']);

function rulesOf(plan: Plan | undefined, restorable: boolean, stays: boolean): RetryRules {
  if (plan === undefined) return { maxRetries: Number.POSITIVE_INFINITY, afterRollback: 'no-rollback' };
  const { enable, retry, maxRetries } = plan.settings.rollback;
  if (stays) return { maxRetries, afterRollback: 'stay' };
  if (!restorable || !enable) return { maxRetries, afterRollback: 'no-rollback' };
  return { maxRetries, afterRollback: retry ? 'retry' : 'stay' };
}

/** A rollback that fails hides nothing: what it was the answer to is said first. */
function sentenceOf(pass: Pass, step: Step, error: OperatorError, doing: string | undefined): string {
  const said = doing === undefined ? describe(error) : `${doing}: ${describe(error)}`;
  const { failedInput } = pass.status();
  return step === 'rollback' && failedInput !== undefined ? `${failedInput.cause}; then ${said}` : said;
}
