import type { Action, Cause } from './action.ts';
import type { Memory, RememberedFailure } from '../observe/memory.ts';
import type { Observed, Revision } from '../observe/observed.ts';
import { isOwnLock, isOwnRollback, rolledBackDigest } from './own-work.ts';

/** What the decision needs to know of the desired state. */
export interface Wanted {
  readonly digest: string;
  readonly rollback: boolean;
  /** Longest time that anybody's helm may hold the release; older locks are stale. */
  readonly lockLimitMs: number;
}

type Present = Extract<Observed, { kind: 'present' }>;

/** Pure: no clock, no I/O, so that every branch is a row of a table test. */
export function decide(wanted: Wanted, observed: Observed, memory: Memory): Action {
  if (observed.kind === 'absent') {
    return attempt(wanted, memory, 'FirstInstall', (because) => ({
      kind: 'install',
      because,
      replace: false,
    }));
  }
  const { newest } = observed;
  switch (newest.status) {
    case 'pending-install':
    case 'pending-upgrade':
    case 'pending-rollback':
      return decideLocked(wanted, newest, memory);
    case 'uninstalling':
      return clear(wanted, memory, newest, 'an uninstall of it was not finished');
    case 'uninstalled':
      return attempt(wanted, memory, 'FirstInstall', (because) => ({
        kind: 'install',
        because,
        replace: true,
      }));
    case 'unknown':
      return { kind: 'condemn', revision: newest.number };
    case 'superseded':
      return attempt(wanted, memory, 'Interrupted', upgradeOver(observed));
    case 'deployed':
      return decideDeployed(wanted, observed, memory);
    case 'failed':
      return decideFailed(wanted, observed, memory);
  }
}

/** Helm holds its lock in the newest revision. Ours is stale as soon as our process is gone, and it is: we are here. */
function decideLocked(wanted: Wanted, newest: Revision, memory: Memory): Action {
  if (isOwnLock(newest, memory)) return { kind: 'unlock', revision: newest.number };
  const remainingMs = wanted.lockLimitMs - newest.ageMs;
  return remainingMs <= 0
    ? { kind: 'unlock', revision: newest.number }
    : {
        kind: 'wait',
        for: 'lock',
        ms: remainingMs,
        why: `revision ${String(newest.number)} is ${newest.status}: another helm holds the release`,
      };
}

function decideDeployed(wanted: Wanted, observed: Present, memory: Memory): Action {
  const { newest } = observed;
  switch (newest.mark.kind) {
    case 'none':
      return isOwnRollback(newest, memory)
        ? { kind: 'seal', revision: newest.number }
        : attempt(wanted, memory, 'Adopted', () => ({ kind: 'adopt', revision: newest.number }));
    case 'copied':
      return isOwnRollback(newest, memory)
        ? { kind: 'seal', revision: newest.number }
        : decideForeign(wanted, observed, memory);
    case 'ours':
      break;
  }
  const failure = failureOf(wanted, memory);
  const isWanted = newest.mark.digest === wanted.digest;
  // A rollback may lead back to what is wanted: then it has failed only when it was deployed once more.
  if (newest.mark.rejected === wanted.digest && !(isWanted && observed.verified)) {
    return decideRejected(wanted, observed, memory, failure);
  }
  if (!isWanted) return attempt(wanted, memory, 'Changed', upgradeOver(observed));
  if (failure?.revision === newest.number) return decideGivenUp(wanted, observed, failure, memory);
  if (observed.verified) return { kind: 'nothing' };
  if (!observed.recorded) return { kind: 'adopt', revision: newest.number };
  const { restorable } = observed;
  const isJustMade = memory.intent?.toRevision === newest.number;
  if (failure?.step === 'rollback' && restorable !== undefined && !isJustMade) {
    // Its tests failed, and so did the rollback after them, before it made a revision.
    return attempt(wanted, memory, 'Retry', () => goBack(newest, restorable));
  }
  const look: Action = { kind: 'await', revision: newest.number };
  // Its tests could not be run.
  if (failure?.step === 'test' && failure.revision === undefined && !isJustMade)
    return attempt(wanted, memory, 'Retry', () => look);
  return memory.intent?.action === 'test' && memory.intent.toRevision === newest.number
    ? { kind: 'test', revision: newest.number }
    : look;
}

/** Somebody else's upgrade or rollback is answered by going back: to what is wanted or, where that failed, to what worked. */
function decideForeign(wanted: Wanted, observed: Present, memory: Memory): Action {
  const { newest, restorable } = observed;
  const failure = failureOf(wanted, memory);
  const givenUp = failure !== undefined && failure.dueInMs === undefined && !memory.requested;
  return givenUp && wanted.rollback && restorable !== undefined
    ? { kind: 'rollback', because: 'ForeignChange', from: newest.number, to: restorable }
    : attempt(wanted, memory, 'ForeignChange', upgradeOver(observed));
}

/** The wanted input was rolled back, and the rollback stands. */
function decideRejected(
  wanted: Wanted,
  observed: Present,
  memory: Memory,
  failure: RememberedFailure | undefined,
): Action {
  if (memory.requested) return upgradeOver(observed)('Requested');
  const rollbackFailed = failure?.step === 'rollback';
  if (!observed.verified) {
    const look: Action = { kind: 'await-rollback', revision: observed.newest.number };
    return rollbackFailed ? attempt(wanted, memory, 'Retry', () => look) : look;
  }
  if (failure?.dueInMs === undefined || rollbackFailed) return { kind: 'stay', why: 'rejected' };
  return attempt(wanted, memory, 'Retry', upgradeOver(observed));
}

/** Helm calls the newest revision deployed, but our wait or its tests failed. */
function decideGivenUp(
  wanted: Wanted,
  observed: Present,
  failure: RememberedFailure,
  memory: Memory,
): Action {
  const { newest, restorable } = observed;
  if (memory.requested) {
    return { kind: failure.step === 'test' ? 'test' : 'await', revision: newest.number };
  }
  if (failure.step !== 'test') {
    return {
      kind: 'condemn',
      revision: newest.number,
      ...(restorable === undefined ? {} : { restore: restorable }),
    };
  }
  if (restorable === undefined && observed.onlyOwnInstalls) {
    return clear(wanted, memory, newest, 'the tests of its first installation failed');
  }
  return wanted.rollback && restorable !== undefined
    ? goBack(newest, restorable)
    : { kind: 'stay', why: 'failed' };
}

function decideFailed(wanted: Wanted, observed: Present, memory: Memory): Action {
  const { newest, restorable } = observed;
  const failure = failureOf(wanted, memory);
  const own = isOwnRollback(newest, memory);
  if (own && rolledBackDigest(memory) !== wanted.digest) {
    return attempt(wanted, memory, 'Changed', upgradeOver(observed));
  }
  if (restorable !== undefined && (own || failure?.step === 'rollback')) {
    const rollback = goBack(newest, restorable);
    // One that was only interrupted has not failed: what is remembered is why it was begun.
    return failure?.step === 'rollback' ? attempt(wanted, memory, 'Retry', () => rollback) : rollback;
  }
  switch (newest.mark.kind) {
    case 'none':
      return attempt(wanted, memory, 'Adopted', upgradeOver(observed));
    case 'copied':
      return attempt(wanted, memory, 'ForeignChange', upgradeOver(observed));
    case 'ours':
      break;
  }
  if (newest.mark.digest !== wanted.digest) {
    return attempt(wanted, memory, 'Changed', installOrUpgrade(observed));
  }
  if (failure === undefined) return installOrUpgrade(observed)('Interrupted');
  // The last try did not even make a revision: its time has to come, or it would be made again at once for ever.
  if (failure.revision === undefined) return attempt(wanted, memory, 'Retry', installOrUpgrade(observed));
  if (failure.revision !== newest.number) return installOrUpgrade(observed)('Interrupted');
  // Only where helm was done: what it did not apply, or what still has its hooks to come, is not ready.
  if (observed.readyNow && failure.step === 'wait') return { kind: 'accept', revision: newest.number };
  if (wanted.rollback && restorable !== undefined && !memory.requested) {
    return goBack(newest, restorable);
  }
  return attempt(wanted, memory, 'Retry', installOrUpgrade(observed));
}

const RETRY_LATER = 'the next try is due later';

/** Takes the action unless the same input has failed before and its time has not come. */
function attempt(wanted: Wanted, memory: Memory, because: Cause, action: (because: Cause) => Action): Action {
  return unlessHeld(failureOf(wanted, memory), memory, because, action);
}

/** Helm writes down that it began, which wakes the release: without its own time it would be tried again at once for ever. */
function clear(wanted: Wanted, memory: Memory, { number }: Revision, why: string): Action {
  const failure = memory.uninstall?.digest === wanted.digest ? memory.uninstall : undefined;
  return unlessHeld(failure, memory, 'Retry', () => ({ kind: 'clear', revision: number, why }));
}

function unlessHeld(
  failure: RememberedFailure | undefined,
  { requested }: Memory,
  because: Cause,
  action: (because: Cause) => Action,
): Action {
  if (failure === undefined) return action(because);
  if (requested) return action('Requested');
  if (failure.dueInMs === undefined) return { kind: 'stay', why: 'failed' };
  if (failure.dueInMs > 0) return { kind: 'wait', for: 'retry', ms: failure.dueInMs, why: RETRY_LATER };
  return action(because === 'FirstInstall' ? because : 'Retry');
}

function goBack(newest: Revision, to: number): Action {
  return { kind: 'rollback', because: 'Rollback', from: newest.number, to };
}

function upgradeOver(observed: Present): (because: Cause) => Action {
  const { newest, verified, recorded } = observed;
  const overtakes = newest.status === 'deployed' && newest.mark.kind === 'ours' && recorded && !verified;
  return (because) => ({
    kind: 'upgrade',
    because,
    ...(overtakes ? { overtakes: newest.number } : {}),
  });
}

/** A release of ours that never worked is installed again, so that its pre-install hooks run again. */
function installOrUpgrade(observed: Present): (because: Cause) => Action {
  const neverWorked = !observed.hasDeployed && observed.restorable === undefined;
  return neverWorked ? (because) => ({ kind: 'install', because, replace: true }) : upgradeOver(observed);
}

function failureOf(wanted: Wanted, memory: Memory): RememberedFailure | undefined {
  return memory.failure?.digest === wanted.digest ? memory.failure : undefined;
}
