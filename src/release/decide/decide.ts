import type { Action, Cause } from './action.ts';
import type { Memory, RememberedFailure } from '../observe/memory.ts';
import type { Observed, Revision } from '../observe/observed.ts';
import { afterFailedTests } from './failed-tests.ts';
import { attempt, failedRollbackOf, failureOf, unlessHeld } from './attempt.ts';
import { waitForLock } from './lock.ts';
import {
  isBeforeOwnRollback,
  isOwnLock,
  isOwnRollback,
  isOwnUninstall,
  rolledBackDigest,
} from './own-work.ts';
import type { Wanted } from './wanted.ts';

type Present = Extract<Observed, { kind: 'present' }>;

/** Pure: no clock, no I/O, so that every branch is a row of a table test. */
export function decide(wanted: Wanted, observed: Observed, memory: Memory): Action {
  if (observed.kind === 'absent') return installAnew(wanted, memory, false);
  const { newest } = observed;
  switch (newest.status) {
    case 'pending-install':
    case 'pending-upgrade':
    case 'pending-rollback':
      return decideLocked(wanted, newest, memory);
    case 'uninstalling':
      return decideUninstalling(wanted, newest, memory);
    case 'uninstalled':
      return installAnew(wanted, memory, true);
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

/** What failed as an upgrade of a release that is gone says nothing of a new one. */
function installAnew(wanted: Wanted, { failure, ...others }: Memory, replace: boolean): Action {
  const memory = failure === undefined || failure.wasUpgrade === true ? others : { failure, ...others };
  return attempt(wanted, memory, 'FirstInstall', (because) => ({ kind: 'install', because, replace }));
}

/** Helm holds its lock in the newest revision. Ours is stale as soon as our process is gone, and it is: we are here. */
function decideLocked(wanted: Wanted, newest: Revision, memory: Memory): Action {
  return (
    (isOwnLock(newest, memory) ? undefined : waitForLock(wanted, newest)) ?? {
      kind: 'unlock',
      revision: newest.number,
    }
  );
}

/** As with any lock: a `helm uninstall` of somebody else may well be under way. */
function decideUninstalling(wanted: Wanted, newest: Revision, memory: Memory): Action {
  return (
    (isOwnUninstall(newest, memory) ? undefined : waitForLock(wanted, newest)) ??
    (wanted.isOwn
      ? { kind: 'stay', why: 'own' }
      : clear(wanted, memory, newest, 'an uninstall of it was not finished'))
  );
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
  const isJustMade = memory.intent?.toRevision === newest.number;
  const look: Action = { kind: 'await', revision: newest.number };
  // Its tests could not be run.
  if (failure?.step === 'test' && failure.revision === undefined && !isJustMade)
    return attempt(wanted, memory, 'Retry', () => look);
  return memory.intent?.action === 'test' && memory.intent.toRevision === newest.number
    ? runTests(wanted, observed)
    : look;
}

/** Somebody else's upgrade or rollback is answered by going back: to what is wanted or, where that failed, to what worked. */
function decideForeign(wanted: Wanted, observed: Present, memory: Memory): Action {
  const { newest, restorable } = observed;
  const failure = failureOf(wanted, memory);
  const givenUp = failure !== undefined && failure.dueInMs === undefined && !memory.requested;
  return givenUp && wanted.rollback && restorable !== undefined
    ? goBack(wanted, memory, newest, restorable, 'ForeignChange')
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
  if (!observed.verified) {
    const look: Action = { kind: 'await-rollback', revision: observed.newest.number };
    return unlessHeld(failedRollbackOf(wanted, memory), memory, 'Retry', () => look);
  }
  if (failure?.dueInMs === undefined) return { kind: 'stay', why: 'rejected' };
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
    return failure.step === 'test' ? runTests(wanted, observed) : { kind: 'await', revision: newest.number };
  }
  const { intent } = memory;
  if (failure.step === 'test' && intent?.action === 'test' && intent.toRevision === newest.number) {
    // A person had asked for them once more.
    return runTests(wanted, observed);
  }
  if (failure.step !== 'test') {
    return {
      kind: 'condemn',
      revision: newest.number,
      ...(restorable === undefined ? {} : { restore: restorable }),
    };
  }
  const then = afterFailedTests(wanted, observed);
  switch (then.kind) {
    case 'clear':
      return clear(wanted, memory, newest, 'the tests of its first installation failed');
    case 'rollback':
      return goBack(wanted, memory, newest, then.to);
    case 'stay':
      return { kind: 'stay', why: 'failed' };
  }
}

function runTests(wanted: Wanted, observed: Present): Action {
  const { number: revision } = observed.newest;
  return { kind: 'test', revision, ifFailed: afterFailedTests(wanted, observed).kind };
}

function decideFailed(wanted: Wanted, observed: Present, memory: Memory): Action {
  const { newest, restorable } = observed;
  const failure = failureOf(wanted, memory);
  const own = isOwnRollback(newest, memory) || isBeforeOwnRollback(newest, memory);
  if (own && rolledBackDigest(memory) !== wanted.digest) {
    return attempt(wanted, memory, 'Changed', upgradeOver(observed));
  }
  if (restorable !== undefined && (own || failedRollbackOf(wanted, memory) !== undefined)) {
    return goBack(wanted, memory, newest, restorable);
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
    return goBack(wanted, memory, newest, restorable);
  }
  return attempt(wanted, memory, 'Retry', installOrUpgrade(observed));
}

/** Helm writes down that it began, which wakes the release: without its own time it would be tried again at once for ever. */
function clear(wanted: Wanted, memory: Memory, { number }: Revision, why: string): Action {
  const failure = memory.uninstall?.digest === wanted.digest ? memory.uninstall : undefined;
  return unlessHeld(failure, memory, 'Retry', () => ({ kind: 'clear', revision: number, why }));
}

/** Unless a rollback has failed just now: it has tries and a time of its own. One that was only interrupted has not. */
function goBack(
  wanted: Wanted,
  memory: Memory,
  newest: Revision,
  to: number,
  because: 'Rollback' | 'ForeignChange' = 'Rollback',
): Action {
  const rollback: Action = { kind: 'rollback', because, from: newest.number, to };
  return unlessHeld(failedRollbackOf(wanted, memory), memory, 'Retry', () => rollback);
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
