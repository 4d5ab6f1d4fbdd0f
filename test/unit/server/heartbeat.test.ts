import { expect } from 'chai';
import sinon from 'sinon';
import { type Heartbeat, startHeartbeat } from '../../../src/server/heartbeat.ts';

describe('the heartbeat', () => {
  let timers: sinon.SinonFakeTimers;
  let heartbeat: Heartbeat;
  /** What the clock shows beyond the timers: time in which nothing could run. */
  let blockedMs = 0;

  beforeEach(() => {
    timers = sinon.useFakeTimers();
    blockedMs = 0;
    heartbeat = startHeartbeat({ now: () => new Date(), monotonicMs: () => Date.now() + blockedMs });
  });
  afterEach(() => {
    heartbeat.stop();
    timers.restore();
  });

  const block = (ms: number): void => {
    blockedMs += ms;
    timers.tick(1_000);
  };

  it('has no complaint while it comes on time, or a little late', () => {
    timers.tick(600_000);
    for (let n = 0; n < 20; n++) block(4_000);

    expect(heartbeat.trouble()).to.equal(undefined);
  });

  it('has none of a machine that was suspended for a day', () => {
    block(86_400_000);

    expect(heartbeat.trouble()).to.equal(undefined);
    timers.tick(1_000);
    expect(heartbeat.trouble()).to.equal(undefined);
  });

  it('complains when something blocks everything again and again, and no more when that is over', () => {
    for (const ms of [6_000, 9_000, 7_000]) block(ms);

    expect(heartbeat.trouble()).to.equal('the event loop is blocked, again and again, for up to 9 s');
    timers.tick(1_000);
    expect(heartbeat.trouble()).to.equal(undefined);
  });

  it('counts the beat that is overdue when it is asked', () => {
    block(6_000);
    block(6_000);
    expect(heartbeat.trouble()).to.equal(undefined);

    blockedMs += 20_000;

    expect(heartbeat.trouble()).to.match(/for up to 19 s$/);
  });

  it('leaves no timer behind', () => {
    heartbeat.stop();

    expect(timers.countTimers()).to.equal(0);
  });
});
