import { expect } from 'chai';
import { describe, it } from 'mocha';
import { poolOf } from '../../../src/release/pool-of.ts';
import type { Plan } from '../../../src/release/plan.ts';

type Crds = Plan['settings']['crds'];

const planWith = (hooks: Plan['chart']['hooks'], crds: readonly string[], policy: Crds = 'Create'): Plan =>
  ({
    chart: { hooks, crds },
    settings: { crds: policy, rollback: { disableHooks: false } },
  }) as unknown as Plan;

const install = { kind: 'install', because: 'Changed', replace: false } as const;
const upgrade = { kind: 'upgrade', because: 'Changed' } as const;

describe('the pool for a run of helm', () => {
  it('is the fast one where nothing waits', () => {
    expect(poolOf(install, planWith('none', []))).to.equal('fast');
    expect(poolOf(upgrade, planWith('none', []))).to.equal('fast');
  });

  it('is the slow one where helm waits for hooks', () => {
    for (const action of [install, upgrade]) expect(poolOf(action, planWith('some', []))).to.equal('slow');
  });

  it('is the slow one where definitions are to be served first, and only there', () => {
    const crds = ['crds/a.yaml'];

    expect(poolOf(install, planWith('none', crds))).to.equal('slow');
    expect(poolOf(upgrade, planWith('none', crds, 'CreateReplace'))).to.equal('slow');
    expect(poolOf(upgrade, planWith('none', crds))).to.equal('fast');
    expect(poolOf(install, planWith('none', crds, 'Skip'))).to.equal('fast');
  });

  it('is none where helm does not run', () => {
    expect(poolOf({ kind: 'nothing' }, planWith('some', []))).to.equal(undefined);
  });
});
