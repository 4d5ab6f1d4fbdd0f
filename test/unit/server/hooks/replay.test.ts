import { expect } from 'chai';
import { createReplay } from '../../../../src/server/hooks/replay.ts';
import { testClock } from './support.ts';

describe('the memory of deliveries', () => {
  it('knows a delivery for its time and not longer', () => {
    const clock = testClock();
    const replay = createReplay(clock, { keptMs: 1_000 });
    replay.remember('a');

    clock.pass(999);
    expect([replay.isKnown('a'), replay.isKnown('b')]).to.deep.equal([true, false]);
    clock.pass(1);
    expect(replay.isKnown('a')).to.equal(false);
    expect(replay.size).to.equal(0);
  });

  it('is longer than the time in which any sender may name the same moment', () => {
    const clock = testClock();
    const replay = createReplay(clock);
    replay.remember('a');

    clock.pass((15 + 5) * 60_000);

    expect(replay.isKnown('a')).to.equal(true);
  });

  it('is bounded, and the oldest goes first', () => {
    const replay = createReplay(testClock());
    for (let at = 0; at < 10_010; at += 1) replay.remember(String(at));

    expect(replay.size).to.equal(10_000);
    expect([replay.isKnown('9'), replay.isKnown('10')]).to.deep.equal([false, true]);
  });

  it('keeps what is remembered again', () => {
    const clock = testClock();
    const replay = createReplay(clock, { keptMs: 1_000 });
    replay.remember('a');
    replay.remember('b');
    clock.pass(600);
    replay.remember('a');
    clock.pass(600);

    expect([replay.isKnown('a'), replay.isKnown('b')]).to.deep.equal([true, false]);
  });
});
