import { expect } from 'chai';
import { statusOfHelmOperator } from '../../../src/api/helm-operator-status.ts';
import type { HelmReleaseStatus } from '../../../src/api/helm-release.ts';
import { CONDITION_TYPES } from '../../../src/api/schema/condition.ts';
import { fullStatus } from '../../integration/api/samples.ts';

describe('the part of a status that Helm Operator 1.4.4 knows', () => {
  it('has its fields and its five types of conditions, and no others', () => {
    const about = {
      status: 'True',
      reason: 'Succeeded',
      message: 'it went well',
      observedGeneration: 3,
    } as const;
    const conditions = CONDITION_TYPES.map((type) => ({ type, ...about }));
    const kept = statusOfHelmOperator({ ...fullStatus, conditions });

    expect(Object.keys(kept)).to.have.members([
      ...['observedGeneration', 'phase', 'releaseName', 'releaseStatus', 'revision', 'lastAttemptedRevision'],
      ...['rollbackCount', 'conditions'],
    ]);
    expect(kept.conditions?.map(({ type }) => type)).to.have.members([
      ...['ChartFetched', 'Deployed', 'Tested', 'Released', 'RolledBack'],
    ]);
    for (const condition of kept.conditions ?? []) {
      expect(condition).to.have.all.keys('type', 'status', 'reason', 'message');
    }
  });

  it('is all of what it wrote itself', () => {
    const theirs: HelmReleaseStatus = {
      observedGeneration: 3,
      phase: 'RolledBack',
      releaseName: 'web',
      rollbackCount: 2,
      conditions: [{ type: 'RolledBack', status: 'True', reason: 'RolledBack' }],
    };

    expect(statusOfHelmOperator(theirs)).to.deep.equal(theirs);
    expect(statusOfHelmOperator({})).to.deep.equal({});
  });
});
