import { expect } from 'chai';
import fc from 'fast-check';
import { conditionOf } from '../../../src/api/conditions.ts';
import type { HelmReleaseStatus, Phase } from '../../../src/api/helm-release.ts';
import { phaseMessage, withPhase } from '../../../src/api/phases.ts';
import { PHASES } from '../../../src/api/schema/condition.ts';

const context = { releaseName: 'R', targetNamespace: 'N', now: new Date('2026-03-01T12:00:00Z') };

/** Word for word what 1.4.4 wrote: alert rules and scripts look for it. */
const rows: Readonly<Record<Phase, readonly [message: string, ...conditions: string[]]>> = {
  ChartFetched: ["Chart fetch was successful for Helm release 'R' in 'N'.", 'ChartFetched=True'],
  ChartFetchFailed: [
    "Chart fetch failed for Helm release 'R' in 'N'.",
    'ChartFetched=False',
    'Released=False',
  ],
  Installing: ["Running installation for Helm release 'R' in 'N'.", 'Deployed=Unknown'],
  Upgrading: ["Running upgrade for Helm release 'R' in 'N'.", 'Deployed=Unknown'],
  Deployed: ["Installation or upgrade succeeded for Helm release 'R' in 'N'.", 'Deployed=True'],
  DeployFailed: [
    "Installation or upgrade failed for Helm release 'R' in 'N'.",
    'Deployed=False',
    'Released=False',
  ],
  Testing: ["Testing Helm release 'R' in 'N'.", 'Tested=Unknown'],
  Tested: ["Tested Helm release 'R' in 'N'.", 'Tested=True'],
  TestFailed: ["Test failed for Helm release 'R' in 'N'.", 'Tested=False', 'Released=False'],
  Succeeded: ["Release was successful for Helm release 'R' in 'N'.", 'Released=True'],
  Failed: ["Release failed for Helm release 'R' in 'N'.", 'Released=False'],
  RollingBack: ["Rolling back Helm release 'R' in 'N'.", 'RolledBack=Unknown'],
  RolledBack: ["Rolled back Helm release 'R' in 'N'.", 'RolledBack=True'],
  RollbackFailed: ["Rollback failed for Helm release 'R' in 'N'.", 'RolledBack=False'],
};

const play = (phases: readonly Phase[], start: HelmReleaseStatus = {}) =>
  phases.reduce((status, phase) => withPhase(status, phase, context), start);

describe('withPhase', () => {
  for (const [phase, [message, ...conditions]] of Object.entries(rows) as [
    Phase,
    readonly [string, ...string[]],
  ][]) {
    it(`says of ${phase} what 1.4.4 said`, () => {
      const status = withPhase(undefined, phase, context);

      expect(status.phase).to.equal(phase);
      expect(phaseMessage(phase, 'R', 'N')).to.equal(message);
      expect(status.conditions?.map((each) => `${each.type}=${each.status}`)).to.deep.equal(conditions);
      for (const condition of status.conditions ?? []) {
        expect(condition).to.include({ reason: phase, message });
      }
    });
  }

  it('says nothing about the release when the failure of a test is ignored', () => {
    const status = withPhase({}, 'TestFailed', { ...context, ignoreTestFailures: true });

    expect(status.conditions?.map(({ type }) => type)).to.deep.equal(['Tested']);
  });

  it('tells of which generation it speaks', () => {
    const status = withPhase({}, 'Succeeded', { ...context, observedGeneration: 7 });

    expect(conditionOf(status.conditions, 'Released')?.observedGeneration).to.equal(7);
  });

  it('counts each rollback once, however often its phase is told', () => {
    const once = play(['RollingBack', 'RolledBack', 'RolledBack']);
    const twice = play(['Upgrading', 'DeployFailed', 'RollingBack', 'RolledBack'], once);

    expect(once.rollbackCount).to.equal(1);
    expect(twice.rollbackCount).to.equal(2);
  });

  it('does not count a rollback that failed', () => {
    expect(play(['RollingBack', 'RollbackFailed']).rollbackCount).to.equal(undefined);
  });

  it('forgets rollbacks when a release succeeds', () => {
    const status = play(['RollingBack', 'RolledBack', 'Upgrading', 'Succeeded']);

    expect(status).not.to.have.property('rollbackCount');
    expect(conditionOf(status.conditions, 'RolledBack')).to.equal(undefined);
  });

  it('leaves all else in the status alone', () => {
    const before: HelmReleaseStatus = { revision: '1.2.3', releaseName: 'R', observedGeneration: 4 };

    expect(play(['Upgrading', 'Succeeded'], before)).to.deep.include(before);
  });

  it('gives the very same status back when the same phase is told again', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...PHASES), { minLength: 1, maxLength: 20 }), (phases) => {
        const status = play(phases);
        const later = { ...context, now: new Date('2027-01-01T00:00:00Z') };
        expect(withPhase(status, phases.at(-1) ?? 'Failed', later)).to.equal(status);
      }),
    );
  });

  it('counts as many rollbacks as there were since the last success', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...PHASES), { maxLength: 30 }), (phases) => {
        const since = phases.slice(phases.lastIndexOf('Succeeded') + 1);
        const conditionMoves = since.filter(
          (phase) => phase === 'RollingBack' || phase === 'RolledBack' || phase === 'RollbackFailed',
        );
        const rollbacks = conditionMoves.filter(
          (phase, at) => phase === 'RolledBack' && conditionMoves[at - 1] !== 'RolledBack',
        );
        expect(play(phases).rollbackCount ?? 0).to.equal(rollbacks.length);
      }),
    );
  });
});
