import { describe } from '../../api/errors.ts';
import type { ReleaseDiff } from '../observe/release-diff.ts';
import type { Pass } from '../pass.ts';
import type { Plan } from '../plan.ts';
import { metered } from '../record/meter.ts';
import type { Meter } from '../record/meter.ts';

export interface TellDifferencePorts {
  /** Only with --log-release-diffs: it costs a request, and the log shows values. */
  readonly releaseDiff?: ReleaseDiff;
  readonly meter: Meter;
}

/** Logs what an upgrade is going to change, in the words of 1.4.4. An upgrade never fails for it. */
export async function tellDifference(
  pass: Pass,
  plan: Plan,
  revision: number,
  { releaseDiff, meter }: TellDifferencePorts,
): Promise<void> {
  if (releaseDiff === undefined) return;
  const { log, signal } = pass;
  log.info(`running dry-run upgrade to compare with release version '${String(revision)}'`);
  try {
    const diff = await metered(pass, meter, { action: 'dry-run-compare', revision }, () =>
      releaseDiff(plan, revision, signal),
    );
    if (diff !== undefined) log.info('difference detected during release comparison', { revision, diff });
  } catch (caught) {
    signal.throwIfAborted();
    log.error(`dry-run upgrade failed: ${describe(caught)}`);
  }
}
