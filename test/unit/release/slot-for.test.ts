import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Cause } from '../../../src/release/decide/action.ts';
import type { Plan } from '../../../src/release/plan.ts';
import { slotFor } from '../../../src/release/slot-for.ts';

const plan = {
  chart: { hooks: 'none', crds: [], bytes: 4_000 },
  settings: { crds: 'Create', rollback: { disableHooks: true } },
} as unknown as Plan;

describe('the slot that an action waits for', () => {
  it('is none for what runs no helm', () => {
    expect(slotFor({ kind: 'nothing' }, plan)).to.equal(undefined);
  });

  it('is had first by what a person has changed, and by what goes back', () => {
    const because: readonly Cause[] = ['FirstInstall', 'Changed', 'Requested', 'ForeignChange'];
    for (const each of because) {
      expect(slotFor({ kind: 'upgrade', because: each }, plan), each).to.include({ urgent: true });
    }
    const rollback = { kind: 'rollback', because: 'Rollback', from: 2, to: 1 } as const;
    expect(slotFor(rollback, plan)).to.deep.equal({ pool: 'fast', urgent: true, chartBytes: 4_000 });
  });

  it('is had later by what is tried again, or taken over', () => {
    for (const because of ['Retry', 'Adopted', 'Interrupted'] as const) {
      const install = { kind: 'install', because, replace: false } as const;
      expect(slotFor(install, plan), because).to.include({ urgent: false });
    }
    expect(slotFor({ kind: 'adopt', revision: 1 }, plan)).to.include({ urgent: false });
  });
});
