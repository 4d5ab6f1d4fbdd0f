import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createVigil, type Vigil } from '../../../src/kube/vigil.ts';

const MINUTE = 60_000;

function watch(): { vigil: Vigil; later: (minutes: number) => void } {
  let now = 0;
  const vigil = createVigil({ now: () => new Date(now), monotonicMs: () => now });
  return {
    vigil,
    later: (minutes) => {
      now += minutes * MINUTE;
    },
  };
}

describe('the watch over passes', () => {
  it('names a pass that has been silent for longer than anything that it does', () => {
    const { vigil, later } = watch();
    vigil.begin('HelmRelease shop/quick', 10 * MINUTE).end();
    vigil.begin('HelmRelease shop/patient', 500 * MINUTE);
    vigil.begin('HelmRelease shop/web', 10 * MINUTE);

    later(10);
    expect(vigil.trouble()).to.equal(undefined);

    later(5);
    expect(vigil.trouble()).to.equal('a pass over HelmRelease shop/web has got nowhere for 15 min');
  });

  it('takes every sign of life for a new beginning', () => {
    const { vigil, later } = watch();
    const lifeline = vigil.begin('HelmRelease shop/web', 10 * MINUTE);

    for (let n = 0; n < 20; n++) {
      later(9);
      lifeline.alive();
    }

    expect(vigil.trouble()).to.equal(undefined);
  });

  it('lets a pass wait for its turn as long as it takes', () => {
    const { vigil, later } = watch();
    const resume = vigil.begin('HelmRelease shop/web', 10 * MINUTE).pause();

    later(1_000);
    expect(vigil.trouble()).to.equal(undefined);
    resume();
    later(10);
    expect(vigil.trouble()).to.equal(undefined);

    later(1);
    resume(); // once more says nothing
    expect(vigil.trouble()).to.match(/shop\/web/);
  });

  it('forgets a pass that has ended', () => {
    const { vigil, later } = watch();
    const lifeline = vigil.begin('HelmRelease shop/web', 10 * MINUTE);

    later(60);
    lifeline.end();

    expect(vigil.trouble()).to.equal(undefined);
  });
});
