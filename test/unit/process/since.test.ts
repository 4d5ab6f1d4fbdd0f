import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createSince } from '../../../src/process/since.ts';

describe('createSince()', () => {
  let now = 0;
  const since = createSince({ monotonicMs: () => now });
  const at = (ms: number): void => {
    now = ms;
  };

  it('counts from the first call for a key', () => {
    at(1_000);
    expect(since.ms('a')).to.equal(0);
    at(1_300);
    expect(since.ms('a')).to.equal(300);
    expect(since.ms('b')).to.equal(0);
  });

  it('counts anew when the mark is another one', () => {
    at(2_000);
    expect(since.ms('marked', 'one')).to.equal(0);
    at(2_100);
    expect(since.ms('marked', 'one')).to.equal(100);
    expect(since.ms('marked', 'two')).to.equal(0);
    at(2_250);
    expect(since.ms('marked', 'two')).to.equal(150);
    expect(since.ms('marked', 'one')).to.equal(0);
  });

  it('counts anew what was forgotten', () => {
    at(3_000);
    since.ms('gone');
    at(3_500);
    since.forget('gone');
    expect([...since.keys()]).not.to.include('gone');
    expect(since.ms('gone')).to.equal(0);
  });
});
