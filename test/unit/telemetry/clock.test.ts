import { expect } from 'chai';
import { systemClock, systemRandom } from '../../../src/telemetry/clock.ts';

describe('the system clock', () => {
  it('tells the time of day and a time that never goes back', () => {
    const first = systemClock.monotonicMs();
    const now = systemClock.now().getTime();

    expect(systemClock.monotonicMs()).to.be.at.least(first);
    expect(Math.abs(now - Date.now())).to.be.below(1_000);
  });

  it('comes with random numbers from 0 to below 1', () => {
    const numbers = Array.from({ length: 1_000 }, systemRandom);

    expect(Math.min(...numbers)).to.be.at.least(0);
    expect(Math.max(...numbers)).to.be.below(1);
    expect(new Set(numbers).size).to.be.above(900);
  });
});
