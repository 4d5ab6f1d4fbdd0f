import { expect } from 'chai';
import { describe, it } from 'mocha';
import { nextTryMs } from '../../../../src/release/decide/retry-policy.ts';
import type { FailedTry, RetryRules } from '../../../../src/release/decide/retry-policy.ts';

const half = (): number => 0.5;
const failed: FailedTry = { step: 'upgrade', retry: 'backoff', attempts: 1, madeRevision: true };
const rules: RetryRules = { maxRetries: 5, afterRollback: 'no-rollback' };

describe('nextTryMs', () => {
  it('doubles the time with each failure', () => {
    const times = [1, 2, 3].map((attempts) => nextTryMs({ ...failed, attempts }, rules, half));

    expect(times).to.deep.equal([5_000, 10_000, 20_000]);
  });

  it('ends when the retries are used up', () => {
    expect(nextTryMs({ ...failed, attempts: 5 }, rules, half)).to.be.a('number');
    expect(nextTryMs({ ...failed, attempts: 6 }, rules, half)).to.equal(undefined);
  });

  it('never ends with unlimited retries', () => {
    const unlimited = { ...rules, maxRetries: Number.POSITIVE_INFINITY };

    expect(nextTryMs({ ...failed, attempts: 1_000 }, unlimited, half)).to.equal(300_000);
  });

  it('never ends for a failure that left no revision: the platform mends itself', () => {
    expect(nextTryMs({ ...failed, attempts: 100, madeRevision: false }, rules, half)).to.equal(300_000);
  });

  it('does not try an input again that was rolled back, unless it is asked for', () => {
    expect(nextTryMs(failed, { ...rules, afterRollback: 'stay' }, half)).to.equal(undefined);
    expect(nextTryMs(failed, { ...rules, afterRollback: 'retry' }, half)).to.equal(5_000);
  });

  it('waits for a change where only a change can help', () => {
    expect(nextTryMs({ ...failed, retry: 'after-change' }, rules, half)).to.equal(undefined);
  });
});
