import type { Failure, HelmReleaseStatus, HistoryEntry, Phase } from '../../api/helm-release.ts';
import { withPhase } from '../../api/phases.ts';
import { kubeTime } from '../../api/time.ts';
import { historyOf } from '../observe/history.ts';
import { withResult } from './history.ts';
import type { Step } from '../observe/memory.ts';
import { troubled, withoutStates } from '../../api/standing.ts';
import type { RecordContext } from './context.ts';

export interface FailureEvent {
  readonly step: Step;
  readonly reason: string;
  /** The sentence for people: cause and way out. */
  readonly cause: string;
  readonly digest?: string;
  /** With which options the digest was tried. */
  readonly options?: string;
  /** Helm's revision that failed; absent when helm made none. */
  readonly revision?: number;
  /** Its input is not what made it fail. */
  readonly blameless?: boolean;
  /** Infinite when there is no time for it, but something that wakes the release. */
  readonly nextTryMs?: number;
}

export interface FailureCounts {
  readonly attempts: number;
  /** Failures in a row that say nothing of the input. */
  readonly platformFailures?: number;
}

/** The phases of 1.4.4; it had none for a failed wait, which it saw as a failed deployment. */
const PHASES: Readonly<Record<Step, Phase>> = {
  chart: 'ChartFetchFailed',
  values: 'Failed',
  spec: 'Failed',
  ownership: 'Failed',
  install: 'DeployFailed',
  upgrade: 'DeployFailed',
  wait: 'DeployFailed',
  test: 'TestFailed',
  rollback: 'RollbackFailed',
  uninstall: 'Failed',
};

/**
 * How often in a row the same input has failed at the same step with the same options, this time included. What the
 * platform is to blame for is counted by itself: it takes no try away from the input.
 */
export function countsOf(
  status: HelmReleaseStatus,
  { step, digest, options, blameless }: Pick<FailureEvent, 'step' | 'digest' | 'options' | 'blameless'>,
): FailureCounts {
  const last = lastOf(status, step);
  const again =
    last !== undefined && last.digest === digest && last.options === options && sameStage(last.step, step);
  const { attempts, platformFailures = 0 } = again ? last : { attempts: 0 };
  return blameless === true
    ? { attempts, platformFailures: platformFailures + 1 }
    : { attempts: attempts + 1 };
}

function lastOf(
  { failure, failedInput, failedRollback }: HelmReleaseStatus,
  step: Step,
): Failure | undefined {
  if (step === 'rollback') return failedRollback;
  return DEPLOYING.has(step) ? failedInput : failure;
}

/** Which failures count together: an input fails once, whether helm, the wait or the tests found it out. */
function sameStage(a: Step, b: Step): boolean {
  return a === b || (DEPLOYING.has(a) && DEPLOYING.has(b));
}

/** The steps that try an input out. The others say nothing of it: its memory stays. */
const DEPLOYING: ReadonlySet<Step> = new Set(['install', 'upgrade', 'wait', 'test']);
/** With these ends the work that was begun. */
const WORK: ReadonlySet<Step> = new Set([...DEPLOYING, 'rollback']);

export function failed(
  status: HelmReleaseStatus,
  event: FailureEvent & FailureCounts,
  context: RecordContext,
): HelmReleaseStatus {
  const isRollback = event.step === 'rollback';
  // A revision that failed for no fault of its input is none to go back from; that of a rollback is still ours.
  const revision = event.blameless === true && !isRollback ? undefined : event.revision;
  const failure: Failure = {
    step: event.step,
    cause: event.cause,
    ...(event.digest === undefined ? {} : { digest: event.digest }),
    ...(event.options === undefined ? {} : { options: event.options }),
    ...(revision === undefined ? {} : { revision }),
    attempts: event.attempts,
    ...(event.platformFailures === undefined ? {} : { platformFailures: event.platformFailures }),
    time: kubeTime(context.now),
    ...(event.nextTryMs === undefined || event.nextTryMs === Number.POSITIVE_INFINITY
      ? {}
      : { nextTry: kubeTime(new Date(context.now.getTime() + event.nextTryMs)) }),
  };
  const { operation, ...rest } = status;
  const next: HelmReleaseStatus = {
    ...withPhase(rest, PHASES[event.step], context),
    observedGeneration: context.observedGeneration,
    failure,
    ...(DEPLOYING.has(event.step) ? { failedInput: failure } : {}),
    ...(isRollback ? { failedRollback: failure } : {}),
    ...(WORK.has(event.step) || operation === undefined ? {} : { operation }),
    ...(event.revision === undefined
      ? {}
      : { history: historyWithFailure(status, event.revision, event, context) }),
  };
  return troubled(next, event.reason, event.cause, event.nextTryMs !== undefined, context);
}

function historyWithFailure(
  status: HelmReleaseStatus,
  revision: number,
  { step, cause }: FailureEvent,
  context: RecordContext,
): readonly HistoryEntry[] {
  return withResult(historyOf(status), revision, {
    result: step === 'test' ? 'TestFailed' : 'Failed',
    finished: kubeTime(context.now),
    message: cause,
  });
}

/** The sources are back: what stood before they were away stands again. */
export function sourcesMended(status: HelmReleaseStatus): HelmReleaseStatus {
  return status.failure?.step === 'uninstall' ? status : mended(status);
}

/** Whatever failed beside the input itself is well again. */
export function mended(status: HelmReleaseStatus): HelmReleaseStatus {
  const { failure, ...rest } = status;
  if (failure === undefined || WORK.has(failure.step)) return status;
  const cleared = withoutStates(rest, 'Reconciling', 'Stalled');
  const stands = rest.failedRollback ?? rest.failedInput;
  return stands === undefined ? cleared : { ...cleared, failure: stands };
}
