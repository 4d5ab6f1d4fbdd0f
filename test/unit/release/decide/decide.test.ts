import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { Action } from '../../../../src/release/decide/action.ts';
import { decide } from '../../../../src/release/decide/decide.ts';
import type { Wanted } from '../../../../src/release/decide/wanted.ts';
import type { Memory } from '../../../../src/release/observe/memory.ts';
import { HELM_STATUSES } from '../../../../src/helm/storage/helm-status.ts';
import type { HelmStatus } from '../../../../src/helm/storage/helm-status.ts';
import type { Mark, Observed, Revision } from '../../../../src/release/observe/observed.ts';

const NEW = 'v1.key.new';
const OLD = 'v1.key.old';
const wanted: Wanted = { digest: NEW, rollback: false, lockLimitMs: 900_000, isOwn: false };
const ofOwn: Wanted = { ...wanted, isOwn: true };
const withRollback: Wanted = { ...wanted, rollback: true };
const fresh: Memory = { requested: false };
const ours = (digest: string, rejected?: string): Mark => ({
  kind: 'ours',
  digest,
  ...(rejected === undefined ? {} : { rejected }),
});

function present(
  newest: Partial<Revision> & { status: HelmStatus },
  rest: Partial<Extract<Observed, { kind: 'present' }>> = {},
): Observed {
  return {
    kind: 'present',
    newest: { number: 5, mark: ours(NEW), ageMs: 0, ...newest },
    hasDeployed: true,
    verified: false,
    recorded: true,
    onlyOwnInstalls: true,
    readyNow: false,
    ...rest,
  };
}

const absent: Observed = { kind: 'absent' };
const failedUpgrade = { step: 'upgrade', digest: NEW, revision: 5 } as const;
const rollbackIntent = { action: 'rollback', digest: NEW, toRevision: 5 } as const;

interface Row {
  readonly when: string;
  readonly wanted?: Wanted;
  readonly observed: Observed;
  readonly memory?: Partial<Memory>;
  readonly then: Action;
}

const rows: readonly Row[] = [
  {
    when: 'there is no release',
    observed: absent,
    then: { kind: 'install', because: 'FirstInstall', replace: false },
  },
  {
    when: 'an install failed before it made a revision and its next try is due later',
    observed: absent,
    memory: { failure: { step: 'install', digest: NEW, dueInMs: 7_000 } },
    then: { kind: 'wait', for: 'retry', ms: 7_000, why: 'the next try is due later' },
  },
  {
    when: 'an install failed and its next try is due now',
    observed: absent,
    memory: { failure: { step: 'install', digest: NEW, dueInMs: 0 } },
    then: { kind: 'install', because: 'FirstInstall', replace: false },
  },
  {
    when: 'an install failed and only another input can help',
    observed: absent,
    memory: { failure: { step: 'install', digest: NEW } },
    then: { kind: 'stay', why: 'failed' },
  },
  {
    when: 'the input failed as an upgrade of a release that is gone since then',
    observed: absent,
    memory: { failure: { step: 'upgrade', digest: NEW, revision: 5, wasUpgrade: true } },
    then: { kind: 'install', because: 'FirstInstall', replace: false },
  },
  {
    when: 'an install of another input failed',
    observed: absent,
    memory: { failure: { step: 'install', digest: OLD } },
    then: { kind: 'install', because: 'FirstInstall', replace: false },
  },
  {
    when: 'only another input can help but a person asks for a try',
    observed: absent,
    memory: { failure: { step: 'install', digest: NEW }, requested: true },
    then: { kind: 'install', because: 'Requested', replace: false },
  },
  {
    when: 'the release was uninstalled and its history kept',
    observed: present({ status: 'uninstalled' }),
    then: { kind: 'install', because: 'FirstInstall', replace: true },
  },
  {
    when: 'an uninstall that we had begun was not finished',
    observed: present({ status: 'uninstalling' }),
    memory: { intent: { action: 'uninstall', digest: OLD, toRevision: 5 } },
    then: { kind: 'clear', revision: 5, why: 'an uninstall of it was not finished' },
  },
  {
    when: 'our own uninstall has failed and its next try is due later',
    observed: present({ status: 'uninstalling' }),
    memory: {
      intent: { action: 'uninstall', digest: NEW, toRevision: 5 },
      uninstall: { step: 'uninstall', digest: NEW, dueInMs: 7_000 },
    },
    then: { kind: 'wait', for: 'retry', ms: 7_000, why: 'the next try is due later' },
  },
  {
    when: 'somebody else uninstalls the release',
    observed: present({ status: 'uninstalling', ageMs: 100_000 }),
    memory: { intent: { action: 'uninstall', digest: NEW, toRevision: 4 } },
    then: {
      kind: 'wait',
      for: 'lock',
      ms: 800_000,
      why: 'revision 5 is uninstalling: another helm holds the release',
    },
  },
  {
    when: 'an uninstall of somebody else has taken too long to be alive',
    observed: present({ status: 'uninstalling', ageMs: 900_000 }),
    then: { kind: 'clear', revision: 5, why: 'an uninstall of it was not finished' },
  },
  {
    when: "an uninstall of the operator's own release was not finished",
    wanted: ofOwn,
    observed: present({ status: 'uninstalling', ageMs: 900_000 }),
    then: { kind: 'stay', why: 'own' },
  },
  {
    when: "an uninstall of the operator's own release that we had begun was not finished",
    wanted: ofOwn,
    observed: present({ status: 'uninstalling' }),
    memory: { intent: { action: 'uninstall', digest: OLD, toRevision: 5 } },
    then: { kind: 'stay', why: 'own' },
  },
  {
    when: "somebody else uninstalls the operator's own release",
    wanted: ofOwn,
    observed: present({ status: 'uninstalling', ageMs: 100_000 }),
    then: {
      kind: 'wait',
      for: 'lock',
      ms: 800_000,
      why: 'revision 5 is uninstalling: another helm holds the release',
    },
  },
  {
    when: "the tests of a first install of the operator's own release failed",
    wanted: ofOwn,
    observed: present({ status: 'deployed', number: 1 }),
    memory: { failure: { step: 'test', digest: NEW, revision: 1 } },
    then: { kind: 'stay', why: 'failed' },
  },
  {
    when: 'the state of the revision is unknown',
    observed: present({ status: 'unknown' }),
    then: { kind: 'condemn', revision: 5 },
  },
  {
    when: 'a pending revision carries our marks',
    observed: present({ status: 'pending-upgrade' }),
    then: { kind: 'unlock', revision: 5 },
  },
  {
    when: 'a pending rollback is the one we meant to make',
    observed: present({ status: 'pending-rollback', mark: { kind: 'copied', digest: OLD } }),
    memory: { intent: rollbackIntent },
    then: { kind: 'unlock', revision: 5 },
  },
  {
    when: 'a pending rollback of ours is what its helm left when it died under us',
    observed: present({ status: 'pending-rollback', mark: { kind: 'copied', digest: OLD } }),
    memory: { rollback: { step: 'rollback', digest: NEW, revision: 5, dueInMs: 5_000 } },
    then: { kind: 'unlock', revision: 5 },
  },
  {
    when: 'a pending install is the one we meant to make, with a digest key that is lost',
    observed: present({ status: 'pending-install', mark: { kind: 'none' } }),
    memory: { intent: { action: 'install', digest: NEW, toRevision: 5 } },
    then: { kind: 'unlock', revision: 5 },
  },
  {
    when: 'somebody else was faster to make the revision that we meant to make',
    observed: present({ status: 'pending-upgrade', mark: { kind: 'copied', digest: OLD }, ageMs: 0 }),
    memory: { intent: { action: 'upgrade', digest: NEW, toRevision: 5 } },
    then: {
      kind: 'wait',
      for: 'lock',
      ms: 900_000,
      why: 'revision 5 is pending-upgrade: another helm holds the release',
    },
  },
  {
    when: 'somebody else holds the release',
    observed: present({ status: 'pending-upgrade', mark: { kind: 'none' }, ageMs: 100_000 }),
    then: {
      kind: 'wait',
      for: 'lock',
      ms: 800_000,
      why: 'revision 5 is pending-upgrade: another helm holds the release',
    },
  },
  {
    when: 'somebody else has held the release for too long',
    observed: present({ status: 'pending-install', mark: { kind: 'none' }, ageMs: 900_000 }),
    then: { kind: 'unlock', revision: 5 },
  },
  {
    when: 'the newest revision is superseded',
    observed: present({ status: 'superseded' }),
    then: { kind: 'upgrade', because: 'Interrupted' },
  },
  {
    when: 'a release of somebody else is deployed',
    observed: present({ status: 'deployed', mark: { kind: 'none' } }),
    then: { kind: 'adopt', revision: 5 },
  },
  {
    when: 'our own rollback is not marked yet',
    observed: present({ status: 'deployed', mark: { kind: 'copied', digest: OLD } }),
    memory: { intent: rollbackIntent },
    then: { kind: 'seal', revision: 5 },
  },
  {
    when: 'our own rollback went back to an adopted revision without marks',
    observed: present({ status: 'deployed', mark: { kind: 'none' } }),
    memory: { intent: rollbackIntent },
    then: { kind: 'seal', revision: 5 },
  },
  {
    when: 'somebody else upgraded or rolled back the release',
    observed: present({ status: 'deployed', mark: { kind: 'copied', digest: NEW } }),
    then: { kind: 'upgrade', because: 'ForeignChange' },
  },
  {
    when: 'somebody else changed a release whose wanted input was given up',
    wanted: withRollback,
    observed: present({ status: 'deployed', mark: { kind: 'copied', digest: OLD } }, { restorable: 4 }),
    memory: { failure: { step: 'wait', digest: NEW, revision: 3 } },
    then: { kind: 'rollback', because: 'ForeignChange', from: 5, to: 4 },
  },
  {
    when: 'the wanted input is deployed and verified',
    observed: present({ status: 'deployed' }, { verified: true }),
    then: { kind: 'nothing' },
  },
  {
    when: 'the wanted input is deployed but not known to be ready',
    observed: present({ status: 'deployed' }),
    then: { kind: 'await', revision: 5 },
  },
  {
    when: 'the wanted input is ready and its tests were begun',
    observed: present({ status: 'deployed' }),
    memory: { intent: { action: 'test', digest: NEW, toRevision: 5 } },
    then: { kind: 'test', revision: 5, ifFailed: 'clear' },
  },
  {
    when: 'another input is deployed and verified',
    observed: present({ status: 'deployed', mark: ours(OLD) }, { verified: true }),
    then: { kind: 'upgrade', because: 'Changed' },
  },
  {
    when: 'another input is still becoming ready',
    observed: present({ status: 'deployed', mark: ours(OLD) }),
    then: { kind: 'upgrade', because: 'Changed', overtakes: 5 },
  },
  {
    when: 'the wanted input is deployed, and nothing else is known of it',
    observed: present({ status: 'deployed' }, { recorded: false }),
    then: { kind: 'await', revision: 5 },
  },
  {
    when: 'another input is deployed, and nothing else is known of it',
    observed: present({ status: 'deployed', mark: ours(OLD) }, { recorded: false }),
    then: { kind: 'upgrade', because: 'Changed' },
  },
  {
    when: 'a rollback of the wanted input had failed, and it has just been deployed once more',
    wanted: withRollback,
    observed: present({ status: 'deployed' }, { restorable: 4 }),
    memory: {
      rollback: { step: 'rollback', digest: NEW, revision: 4 },
      intent: { action: 'upgrade', digest: NEW, toRevision: 5 },
    },
    then: { kind: 'await', revision: 5 },
  },
  {
    when: 'an upgrade failed before it made a revision',
    observed: present({ status: 'deployed', mark: ours(OLD) }, { verified: true }),
    memory: { failure: { step: 'upgrade', digest: NEW } },
    then: { kind: 'stay', why: 'failed' },
  },
  {
    when: 'the wait for a deployed revision failed',
    observed: present({ status: 'deployed' }, { restorable: 4 }),
    memory: { failure: { step: 'wait', digest: NEW, revision: 5 } },
    then: { kind: 'condemn', revision: 5, restore: 4 },
  },
  {
    when: 'the wait failed and a person asks for a try',
    observed: present({ status: 'deployed' }, { restorable: 4 }),
    memory: { failure: { step: 'wait', digest: NEW, revision: 5 }, requested: true },
    then: { kind: 'await', revision: 5 },
  },
  {
    when: 'the tests of an upgrade failed and rollback is on',
    wanted: withRollback,
    observed: present({ status: 'deployed' }, { restorable: 4 }),
    memory: { failure: { step: 'test', digest: NEW, revision: 5 } },
    then: { kind: 'rollback', because: 'Rollback', from: 5, to: 4 },
  },
  {
    when: 'the tests of an upgrade failed and rollback is off',
    observed: present({ status: 'deployed' }, { restorable: 4 }),
    memory: { failure: { step: 'test', digest: NEW, revision: 5 } },
    then: { kind: 'stay', why: 'failed' },
  },
  {
    when: 'the tests of a first install failed',
    observed: present({ status: 'deployed', number: 1 }),
    memory: { failure: { step: 'test', digest: NEW, revision: 1 } },
    then: { kind: 'clear', revision: 1, why: 'the tests of its first installation failed' },
  },
  {
    when: 'the wanted input was rolled back and no retry is due',
    wanted: withRollback,
    observed: present({ status: 'deployed', mark: ours(OLD, NEW) }, { verified: true }),
    memory: { failure: { step: 'wait', digest: NEW, revision: 4 } },
    then: { kind: 'stay', why: 'rejected' },
  },
  {
    when: 'the wanted input was rolled back and our memory of it is lost',
    wanted: withRollback,
    observed: present({ status: 'deployed', mark: ours(OLD, NEW) }, { verified: true }),
    then: { kind: 'stay', why: 'rejected' },
  },
  {
    when: 'the wanted input was rolled back and the retry is due',
    wanted: withRollback,
    observed: present({ status: 'deployed', mark: ours(OLD, NEW) }, { verified: true }),
    memory: { failure: { step: 'wait', digest: NEW, revision: 4, dueInMs: 0 } },
    then: { kind: 'upgrade', because: 'Retry' },
  },
  {
    when: 'the wanted input was rolled back and a person asks for a try',
    wanted: withRollback,
    observed: present({ status: 'deployed', mark: ours(OLD, NEW) }, { verified: true }),
    memory: { failure: { step: 'wait', digest: NEW, revision: 4 }, requested: true },
    then: { kind: 'upgrade', because: 'Requested' },
  },
  {
    when: 'the rollback is not known to be ready',
    wanted: withRollback,
    observed: present({ status: 'deployed', mark: ours(OLD, NEW) }),
    memory: { failure: { step: 'wait', digest: NEW, revision: 4 } },
    then: { kind: 'await-rollback', revision: 5 },
  },
  {
    when: 'the rollback did not become ready and another look is due later',
    wanted: withRollback,
    observed: present({ status: 'deployed', mark: ours(OLD, NEW) }),
    memory: { rollback: { step: 'rollback', digest: NEW, revision: 5, dueInMs: 4_000 } },
    then: { kind: 'wait', for: 'retry', ms: 4_000, why: 'the next try is due later' },
  },
  {
    when: 'the rollback did not become ready and another look is due now',
    wanted: withRollback,
    observed: present({ status: 'deployed', mark: ours(OLD, NEW) }),
    memory: { rollback: { step: 'rollback', digest: NEW, revision: 5, dueInMs: 0 } },
    then: { kind: 'await-rollback', revision: 5 },
  },
  {
    when: 'a rollback that had failed stands after all',
    wanted: withRollback,
    observed: present({ status: 'deployed', mark: ours(OLD, NEW) }, { verified: true }),
    memory: { rollback: { step: 'rollback', digest: NEW, revision: 5, dueInMs: 0 } },
    then: { kind: 'stay', why: 'rejected' },
  },
  {
    when: 'a rollback that had failed stands after all, and the retry of its input is due',
    wanted: withRollback,
    observed: present({ status: 'deployed', mark: ours(OLD, NEW) }, { verified: true }),
    memory: {
      failure: { step: 'wait', digest: NEW, revision: 4, dueInMs: 0 },
      rollback: { step: 'rollback', digest: NEW, revision: 5, dueInMs: 9_000 },
    },
    then: { kind: 'upgrade', because: 'Retry' },
  },
  {
    when: 'the rollback after tests that failed has failed itself, and its next try is due later',
    wanted: withRollback,
    observed: present({ status: 'deployed' }, { restorable: 4 }),
    memory: {
      failure: { step: 'test', digest: NEW, revision: 5 },
      rollback: { step: 'rollback', digest: NEW, dueInMs: 9_000 },
    },
    then: { kind: 'wait', for: 'retry', ms: 9_000, why: 'the next try is due later' },
  },
  {
    when: 'a third input arrives after a rollback',
    wanted: withRollback,
    observed: present({ status: 'deployed', mark: ours(OLD, 'v1.key.bad') }, { verified: true }),
    memory: { failure: { step: 'wait', digest: 'v1.key.bad', revision: 4 } },
    then: { kind: 'upgrade', because: 'Changed' },
  },
  {
    when: 'the input is put back to what the rollback restored',
    wanted: withRollback,
    observed: present({ status: 'deployed', mark: ours(NEW, 'v1.key.bad') }, { verified: true }),
    memory: { failure: { step: 'wait', digest: 'v1.key.bad', revision: 4 } },
    then: { kind: 'nothing' },
  },
  {
    when: 'our upgrade was interrupted and unlocked',
    observed: present({ status: 'failed' }, { restorable: 4 }),
    then: { kind: 'upgrade', because: 'Interrupted' },
  },
  {
    when: 'our first install was interrupted and unlocked',
    observed: present({ status: 'failed', number: 1 }, { hasDeployed: false }),
    then: { kind: 'install', because: 'Interrupted', replace: true },
  },
  {
    when: 'an upgrade failed and rollback is on',
    wanted: withRollback,
    observed: present({ status: 'failed' }, { restorable: 4 }),
    memory: { failure: failedUpgrade },
    then: { kind: 'rollback', because: 'Rollback', from: 5, to: 4 },
  },
  {
    when: 'an upgrade failed, rollback is on and nothing ever worked',
    wanted: withRollback,
    observed: present({ status: 'failed', number: 1 }, { hasDeployed: false }),
    memory: { failure: { ...failedUpgrade, revision: 1, dueInMs: 0 } },
    then: { kind: 'install', because: 'Retry', replace: true },
  },
  {
    when: 'an upgrade failed, rollback is off and the next try is due',
    observed: present({ status: 'failed' }, { restorable: 4 }),
    memory: { failure: { ...failedUpgrade, dueInMs: 0 } },
    then: { kind: 'upgrade', because: 'Retry' },
  },
  {
    when: 'an upgrade failed, rollback is off and the tries are used up',
    observed: present({ status: 'failed' }, { restorable: 4 }),
    memory: { failure: failedUpgrade },
    then: { kind: 'stay', why: 'failed' },
  },
  {
    when: 'a revision that was given up became ready after all',
    observed: present({ status: 'failed' }, { readyNow: true }),
    memory: { failure: { step: 'wait', digest: NEW, revision: 5 } },
    then: { kind: 'accept', revision: 5 },
  },
  {
    when: 'helm failed, however ready the objects of the revision before are',
    wanted: withRollback,
    observed: present({ status: 'failed' }, { readyNow: true, restorable: 4 }),
    memory: { failure: failedUpgrade },
    then: { kind: 'rollback', because: 'Rollback', from: 5, to: 4 },
  },
  {
    when: 'a revision failed, and its retry failed before it made another one',
    observed: present({ status: 'failed' }, { restorable: 4 }),
    memory: { failure: { step: 'upgrade', digest: NEW, dueInMs: 9_000 } },
    then: { kind: 'wait', for: 'retry', ms: 9_000, why: 'the next try is due later' },
  },
  {
    when: 'the upgrade that was to take over a release failed before it made a revision',
    observed: present({ status: 'deployed', mark: { kind: 'none' } }),
    memory: { failure: { step: 'upgrade', digest: NEW, dueInMs: 9_000 } },
    then: { kind: 'wait', for: 'retry', ms: 9_000, why: 'the next try is due later' },
  },
  {
    when: 'the tests failed and a person asks for a try',
    observed: present({ status: 'deployed' }, { restorable: 4 }),
    memory: { failure: { step: 'test', digest: NEW, revision: 5 }, requested: true },
    then: { kind: 'test', revision: 5, ifFailed: 'stay' },
  },
  {
    when: 'another input failed before',
    observed: present({ status: 'failed', mark: ours(OLD) }, { restorable: 4 }),
    memory: { failure: { step: 'upgrade', digest: OLD, revision: 5 } },
    then: { kind: 'upgrade', because: 'Changed' },
  },
  {
    when: 'our own rollback failed',
    wanted: withRollback,
    observed: present({ status: 'failed', mark: { kind: 'copied', digest: OLD } }, { restorable: 3 }),
    memory: { intent: rollbackIntent, rollback: { step: 'rollback', digest: NEW, revision: 5, dueInMs: 0 } },
    then: { kind: 'rollback', because: 'Rollback', from: 5, to: 3 },
  },
  {
    when: 'our own rollback failed and nothing is under way',
    wanted: withRollback,
    observed: present({ status: 'failed', mark: { kind: 'copied', digest: OLD } }, { restorable: 3 }),
    memory: { rollback: { step: 'rollback', digest: NEW, revision: 5, dueInMs: 0 } },
    then: { kind: 'rollback', because: 'Rollback', from: 5, to: 3 },
  },
  {
    when: 'our own rollback failed and the tries are used up',
    wanted: withRollback,
    observed: present({ status: 'failed', mark: { kind: 'copied', digest: OLD } }, { restorable: 3 }),
    memory: { rollback: { step: 'rollback', digest: NEW, revision: 5 } },
    then: { kind: 'stay', why: 'failed' },
  },
  {
    when: 'our own rollback failed before it made a revision',
    wanted: withRollback,
    observed: present({ status: 'failed' }, { restorable: 4 }),
    memory: { rollback: { step: 'rollback', digest: NEW, dueInMs: 0 } },
    then: { kind: 'rollback', because: 'Rollback', from: 5, to: 4 },
  },
  {
    when: 'our own rollback was interrupted and unlocked',
    wanted: withRollback,
    observed: present({ status: 'failed', mark: { kind: 'copied', digest: OLD } }, { restorable: 3 }),
    memory: { intent: rollbackIntent, failure: { step: 'wait', digest: NEW, revision: 4 } },
    then: { kind: 'rollback', because: 'Rollback', from: 5, to: 3 },
  },
  {
    when: 'our own rollback was interrupted, and the next one before it made a revision',
    wanted: withRollback,
    observed: present({ status: 'failed', mark: { kind: 'copied', digest: OLD } }, { restorable: 3 }),
    memory: {
      intent: { ...rollbackIntent, toRevision: 6 },
      failure: { step: 'wait', digest: NEW, revision: 4 },
    },
    then: { kind: 'rollback', because: 'Rollback', from: 5, to: 3 },
  },
  {
    when: 'our own rollback was interrupted before it made a revision and meanwhile another input is wanted',
    wanted: withRollback,
    observed: present({ status: 'failed', mark: { kind: 'copied', digest: OLD } }, { restorable: 3 }),
    memory: {
      intent: { ...rollbackIntent, toRevision: 6, digest: 'v1.key.bad' },
      failure: { step: 'wait', digest: 'v1.key.bad', revision: 4 },
    },
    then: { kind: 'upgrade', because: 'Changed' },
  },
  {
    when: 'our own rollback was interrupted and meanwhile another input is wanted',
    wanted: withRollback,
    observed: present({ status: 'failed', mark: { kind: 'copied', digest: OLD } }, { restorable: 3 }),
    memory: {
      intent: { ...rollbackIntent, digest: 'v1.key.bad' },
      failure: { step: 'wait', digest: 'v1.key.bad', revision: 4 },
    },
    then: { kind: 'upgrade', because: 'Changed' },
  },
  {
    when: "somebody else's upgrade failed",
    observed: present({ status: 'failed', mark: { kind: 'copied', digest: OLD } }, { restorable: 4 }),
    then: { kind: 'upgrade', because: 'ForeignChange' },
  },
  {
    when: 'a release of somebody else has failed',
    observed: present({ status: 'failed', mark: { kind: 'none' } }),
    then: { kind: 'upgrade', because: 'Adopted' },
  },
];

describe('decide', () => {
  for (const row of rows) {
    it(`${row.then.kind} when ${row.when}`, () => {
      const action = decide(row.wanted ?? wanted, row.observed, { ...fresh, ...row.memory });

      expect(action).to.deep.equal(row.then);
    });
  }

  const anyStatus = fc.constantFrom(...HELM_STATUSES);
  const anyMark = fc.oneof(
    fc.constant<Mark>({ kind: 'none' }),
    fc.constantFrom(NEW, OLD).map((digest): Mark => ({ kind: 'copied', digest })),
    fc
      .tuple(fc.constantFrom(NEW, OLD), fc.option(fc.constantFrom(NEW, OLD), { nil: undefined }))
      .map(([digest, rejected]) => ours(digest, rejected === digest ? undefined : rejected)),
  );
  const anyObserved = fc.record({
    status: anyStatus,
    mark: anyMark,
    number: fc.integer({ min: 1, max: 9 }),
    ageMs: fc.integer({ min: 0, max: 2_000_000 }),
    verified: fc.boolean(),
    restorable: fc.option(fc.constant(1), { nil: undefined }),
    readyNow: fc.boolean(),
  });
  const anyMemory = fc.record({
    failure: fc.option(
      fc.record({
        step: fc.constantFrom('upgrade' as const, 'wait' as const, 'test' as const),
        digest: fc.constantFrom(NEW, OLD),
        revision: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
        dueInMs: fc.option(fc.integer({ min: 0, max: 1000 }), { nil: undefined }),
      }),
      { nil: undefined },
    ),
    rollback: fc.option(
      fc.record({
        step: fc.constant('rollback' as const),
        digest: fc.constantFrom(NEW, OLD),
        revision: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
        dueInMs: fc.option(fc.integer({ min: 0, max: 1000 }), { nil: undefined }),
      }),
      { nil: undefined },
    ),
    intent: fc.option(
      fc.record({
        action: fc.constantFrom('install' as const, 'upgrade' as const, 'rollback' as const, 'test' as const),
        digest: fc.constantFrom(NEW, OLD),
        toRevision: fc.integer({ min: 1, max: 9 }),
      }),
      { nil: undefined },
    ),
    requested: fc.boolean(),
  });
  const anySituation = fc.tuple(anyObserved, anyMemory, fc.boolean()).map(([o, m, rollback]) => ({
    wanted: { ...wanted, rollback },
    observed: present(
      { status: o.status, mark: o.mark, number: o.number, ageMs: o.ageMs },
      {
        verified: o.verified,
        readyNow: o.readyNow,
        ...(o.restorable === undefined || o.number === 1 ? {} : { restorable: o.restorable }),
      },
    ),
    memory: withoutUndefined(m) as Memory,
  }));

  it('never makes a second revision of a digest that is deployed by us and has not failed', () => {
    fc.assert(
      fc.property(anySituation, ({ wanted: w, memory }) => {
        const observed = present({ status: 'deployed', mark: ours(NEW) }, { verified: true });
        fc.pre(memory.failure?.digest !== NEW);

        expect(decide(w, observed, memory)).to.deep.equal({ kind: 'nothing' });
      }),
    );
  });

  it('never tries an input again that has failed and has no next try, unless a person asks', () => {
    fc.assert(
      fc.property(anySituation, ({ wanted: w, observed, memory }) => {
        const { dueInMs: _none, ...failure } = memory.failure ?? { step: 'upgrade' as const };
        const exhausted: Memory = {
          ...memory,
          failure: { ...failure, digest: NEW },
          requested: false,
        };
        const action = decide(w, observed, exhausted);

        if (action.kind === 'install' || action.kind === 'upgrade') {
          expect(action.because).to.equal('Interrupted');
        }
        expect(action.kind).not.to.equal('adopt');
      }),
    );
  });

  it('clears nothing but an unfinished uninstall and a first revision whose tests failed', () => {
    fc.assert(
      fc.property(anySituation, ({ wanted: w, observed, memory }) => {
        const action = decide(w, observed, memory);
        if (action.kind !== 'clear') return;

        if (observed.kind !== 'present') throw new Error('nothing can be cleared');
        const { newest, restorable } = observed;
        const firstFailedItsTests = restorable === undefined && memory.failure?.step === 'test';
        expect(newest.status === 'uninstalling' || firstFailedItsTests).to.equal(true);
      }),
    );
  });

  it("never clears the operator's own release", () => {
    fc.assert(
      fc.property(anySituation, ({ wanted: w, observed, memory }) => {
        expect(decide({ ...w, isOwn: true }, observed, memory).kind).not.to.equal('clear');
      }),
    );
  });

  it('acts only on locks that are ours or too old', () => {
    fc.assert(
      fc.property(anySituation, ({ wanted: w, observed, memory }) => {
        fc.pre(observed.kind === 'present' && observed.newest.status.startsWith('pending-'));
        const { newest } = observed;
        const action = decide(w, observed, memory);

        if (action.kind === 'unlock') {
          const known =
            newest.mark.kind === 'ours' ||
            memory.intent?.toRevision === newest.number ||
            memory.rollback?.revision === newest.number;
          expect(known || newest.ageMs >= w.lockLimitMs).to.equal(true);
        } else {
          expect(action.kind).to.equal('wait');
        }
      }),
    );
  });
});

function withoutUndefined(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .map(([name, entry]) => [name, withoutUndefined(entry)]),
  );
}
