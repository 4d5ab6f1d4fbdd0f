import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createRivalry } from '../../../src/sync/rivalry.ts';

describe('a rival', () => {
  let now = 0;
  const open = () => createRivalry({ now: () => new Date(now), monotonicMs: () => now });

  it('wins for a while when it has changed an object five times within a minute', () => {
    const rivalry = open();
    for (let times = 0; times < 5; times += 1) {
      expect([...rivalry.allowed('a', ['x', 'y'])]).to.deep.equal(['x', 'y']);
      rivalry.count('a', ['x']);
      now += 1_000;
    }

    expect([...rivalry.allowed('a', ['x', 'y'])]).to.deep.equal(['y']);
    expect([...rivalry.allowed('b', ['x'])]).to.deep.equal(['x']);
    now += 55_001;
    expect([...rivalry.allowed('a', ['x'])]).to.deep.equal(['x']);
  });

  it('is forgotten with its GitSync, and asking alone counts for nothing', () => {
    const rivalry = open();
    for (let times = 0; times < 9; times += 1) rivalry.allowed('a', ['x']);
    expect(rivalry.allowed('a', ['x']).size).to.equal(1);
    for (let times = 0; times < 9; times += 1) rivalry.count('a', ['x']);
    expect(rivalry.allowed('a', ['x']).size).to.equal(0);

    rivalry.forget('a');

    expect(rivalry.allowed('a', ['x']).size).to.equal(1);
  });
});
