import type { ReleaseTarget } from '../../api/release-name.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Step } from '../observe/memory.ts';
import type { Pass } from '../pass.ts';

export type MeteredAction =
  | 'install'
  | 'upgrade'
  | 'rollback'
  | 'test'
  | 'uninstall'
  /** Looking what differs between a stored revision and what is wanted. */
  | 'dry-run-compare'
  /** Putting our marks on a release that somebody else made. */
  | 'annotate';

/** How an action ended. */
export interface ActionEnd {
  readonly action: MeteredAction;
  readonly success: boolean;
  readonly seconds: number;
}

/** Where the ends of actions are counted and timed. */
export interface Meter {
  readonly actionEnded: (target: ReleaseTarget, end: ActionEnd) => void;
  readonly failed: (key: string) => void;
  readonly rolledBack: (key: string) => void;
}

/** From the moment the action was begun to its outcome, a wait for readiness included. */
export function meterEnd(pass: Pass, meter: Meter, success: boolean): void {
  const { operation } = pass.status();
  if (operation === undefined) return;
  const seconds = Math.max(0, (pass.now().getTime() - Date.parse(operation.startedAt)) / 1000);
  const end = { action: operation.action, success, seconds };
  meter.actionEnded(pass.target, end);
  logEnd(pass.log, operation.toRevision, end);
}

/** The one line that tells of an action when it is over, by whichever way it went. */
export function logEnd(
  log: Logger,
  revision: number | undefined,
  { action, success, seconds }: ActionEnd,
): void {
  log.info('action ended', {
    ...{ action, revision, result: success ? 'ok' : 'failed', durationMs: Math.round(seconds * 1000) },
  });
}

/** Counts and times what is over when it returns, and has failed if it throws. */
export async function metered<T>(
  pass: Pass,
  meter: Meter,
  { action, revision }: Pick<ActionEnd, 'action'> & { readonly revision: number },
  work: () => Promise<T>,
): Promise<T> {
  const begun = pass.now().getTime();
  let success = false;
  try {
    const result = await work();
    success = true;
    return result;
  } finally {
    const end = { action, success, seconds: Math.max(0, (pass.now().getTime() - begun) / 1000) };
    meter.actionEnded(pass.target, end);
    logEnd(pass.log, revision, end);
  }
}

/** The ends of what `status.operation` tells of; an uninstall is none of it. */
const METERED: ReadonlySet<Step> = new Set(['install', 'upgrade', 'wait', 'test', 'rollback']);

export function meterFailure(pass: Pass, meter: Meter, step: Step): void {
  // Where the chart or the values could not be had, nothing was done.
  if (METERED.has(step) || step === 'uninstall') meter.failed(pass.key);
  if (METERED.has(step)) meterEnd(pass, meter, false);
}
