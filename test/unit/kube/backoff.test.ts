import { expect } from 'chai';
import fc from 'fast-check';
import { backoffMs, equalJitter, fullJitter } from '../../../src/kube/backoff.ts';

const limits = { baseMs: 200, maxMs: 30_000 };

describe('backoff', () => {
  it('doubles its bound with each attempt, up to the limit', () => {
    const bounds = [0, 1, 2, 7, 8, 1_000].map((attempt) => fullJitter(attempt, limits, () => 1));

    expect(bounds).to.deep.equal([200, 400, 800, 25_600, 30_000, 30_000]);
  });

  it('spreads over everything from nothing to the bound', () => {
    expect(fullJitter(3, limits, () => 0)).to.equal(0);
    expect(fullJitter(3, limits, () => 0.25)).to.equal(400);
  });

  it('keeps at least half of the bound where a person is told of the wait', () => {
    fc.assert(
      fc.property(
        fc.nat(2_000),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, x) => {
          const bound = fullJitter(attempt, limits, () => 1);
          const ms = equalJitter(attempt, limits, () => x);
          expect(ms)
            .to.be.at.least(bound / 2)
            .and.at.most(bound);
        },
      ),
    );
  });
});

describe('backoffMs', () => {
  it('stays within its bounds for any number of failures and any chance', () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempts, chance) => {
        const ms = backoffMs(attempts, () => chance);

        expect(ms).to.be.within(4_000, 360_000);
      }),
    );
  });
});
