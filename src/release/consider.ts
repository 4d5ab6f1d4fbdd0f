import type { MarkFormat } from '../helm/storage/marks.ts';
import type { RevisionRecord } from '../helm/storage/revision.ts';
import type { Action } from './decide/action.ts';
import { decide } from './decide/decide.ts';
import { lockLimitMs } from './decide/lock.ts';
import { observe, recall } from './observe/observe.ts';
import type { Observed } from './observe/observed.ts';
import type { Readiness } from './observe/readiness.ts';
import { triedOptions } from './observe/tried-options.ts';
import { isOwnRelease } from './own-release.ts';
import type { OwnRelease } from './own-release.ts';
import type { Pass } from './pass.ts';
import type { Plan } from './plan.ts';
import { sourcesMended } from './record/failure.ts';
import { observedRelease } from './record/observed-release.ts';
import { withoutEndedUninstall } from './record/uninstalling.ts';
import { isCutOff } from './wish.ts';

export interface ConsiderPorts extends OwnRelease {
  readonly marks: MarkFormat;
  readonly readiness: Readiness;
}

export interface Look {
  /** The release's revisions as Helm stores them, oldest first. */
  readonly records: readonly RevisionRecord[];
  /** Whether they are the server's own word, and not that of a watch, which may lag. */
  readonly fresh: boolean;
  /** A person asked for it: stalls and backoffs do not hold it. */
  readonly asked: boolean;
}

export interface Considered {
  readonly observed: Observed;
  readonly action: Action;
}

/** What is to be done next. Notes in the pass what was seen, and writes nothing. */
export async function consider(
  pass: Pass,
  plan: Plan,
  { records, fresh, asked }: Look,
  { marks, readiness, ownRelease }: ConsiderPorts,
): Promise<Considered> {
  const newest = records.at(-1);
  pass.note(sourcesMended);
  pass.note((status) => observedRelease(status, newest));
  // A watch that lags may not know yet how far an uninstall of ours came.
  if (fresh || newest === undefined) pass.note((status) => withoutEndedUninstall(status, newest));
  const nowMs = pass.now().getTime();
  const readyNow = await isReadyLate(pass, newest, fresh, readiness);
  const observed = observe(records, pass.status(), marks, nowMs, readyNow);
  const requested = asked || isCutOff(pass.status(), plan, newest?.revision ?? 0);
  const memory = recall(pass.status(), requested, triedOptions(plan), nowMs);
  return { observed, action: decide(wantedOf(plan, { ownRelease }), observed, memory) };
}

function wantedOf({ digest, settings, target }: Plan, own: OwnRelease): Parameters<typeof decide>[0] {
  return {
    digest,
    rollback: settings.rollback.enable,
    lockLimitMs: lockLimitMs(settings.timeoutMs),
    isOwn: isOwnRelease(target, own),
  };
}

/** Whether a revision that was given up became ready after all. The watches hint at it; the server has to say so. */
async function isReadyLate(
  pass: Pass,
  newest: RevisionRecord | undefined,
  fresh: boolean,
  readiness: Readiness,
): Promise<boolean> {
  const { failedInput: failure } = pass.status();
  if (newest?.status !== 'failed' || failure?.step !== 'wait' || failure.revision !== newest.revision)
    return false;
  const watched = await readiness.watched(pass.target, newest, pass.signal);
  if (watched.kind !== 'ready') return false;
  return !fresh || (await readiness.check(pass.target, newest, pass.signal)).kind === 'ready';
}
