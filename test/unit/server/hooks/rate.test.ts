import { expect } from 'chai';
import { createRate } from '../../../../src/server/hooks/rate.ts';
import { testClock } from './support.ts';

describe('the rate of deliveries', () => {
  const options = { perSecond: 20, burst: 60, maxParties: 4_096 };
  const count = (rate: { allows(party: string): boolean }, party: string, tries: number): number =>
    Array.from({ length: tries }, () => rate.allows(party)).filter(Boolean).length;

  it('lets a burst through, then so many a second, and no more after a long quiet time than a burst', () => {
    const clock = testClock();
    const rate = createRate(clock, options);

    expect(count(rate, 'a', 100)).to.equal(60);
    clock.pass(500);
    expect(count(rate, 'a', 100)).to.equal(10);
    clock.pass(3_600_000);
    expect(count(rate, 'a', 100)).to.equal(60);
  });

  it('adds up what comes in between, however often somebody asks', () => {
    const clock = testClock();
    const rate = createRate(clock, options);
    count(rate, 'a', 100);

    let allowed = 0;
    for (let ms = 0; ms < 10_000; ms += 5) {
      clock.pass(5);
      allowed += count(rate, 'a', 1);
    }

    expect(allowed).to.be.within(199, 200);
  });

  it('does not let one party take from another', () => {
    const rate = createRate(testClock(), options);
    count(rate, 'a', 100);

    expect(count(rate, 'b', 100)).to.equal(60);
  });

  it('knows no more parties than it may, and forgets the one that was quiet longest', () => {
    const rate = createRate(testClock(), { ...options, maxParties: 3 });
    count(rate, 'loud', 100);
    for (let at = 0; at < 10; at += 1) {
      rate.allows(`other ${String(at)}`);
      expect(rate.allows('loud')).to.equal(false);
    }

    expect(rate.size).to.equal(3);
    for (const party of ['x', 'y', 'z']) rate.allows(party);
    expect(rate.allows('loud')).to.equal(true);
  });
});
