import { expect } from 'chai';
import { parseRetryAfter, retryDelay, type TryFailure } from '../../../../src/kube/http/retry.ts';

const answer = (status: number, retryAfterMs?: number): TryFailure => ({
  kind: 'answer',
  status,
  retryAfterMs,
});
const half = (): number => 0.5;

describe('retryDelay', () => {
  const rows: readonly {
    readonly when: string;
    readonly failure: TryFailure;
    readonly tries?: number;
    readonly reading?: boolean;
    readonly then: number | undefined;
  }[] = [
    { when: 'a read meets a broken connection', failure: { kind: 'broken' }, reading: true, then: 100 },
    { when: 'it is the second time', failure: { kind: 'broken' }, reading: true, tries: 2, then: 200 },
    { when: 'it is the third time', failure: { kind: 'broken' }, reading: true, tries: 3, then: undefined },
    { when: 'a write may have been carried out', failure: { kind: 'broken' }, then: undefined },
    { when: 'a write was never sent', failure: { kind: 'not-sent' }, then: 100 },
    {
      when: 'the server was silent for the whole timeout',
      failure: { kind: 'timeout' },
      reading: true,
      then: undefined,
    },
    { when: 'a write is throttled for a second', failure: answer(429, 1_000), then: 1_100 },
    { when: 'a write is throttled for no stated time', failure: answer(429), then: 100 },
    { when: 'the server is unavailable for a second', failure: answer(503, 1_000), then: 1_100 },
    { when: 'a read meets 503 and no time', failure: answer(503), reading: true, then: 100 },
    { when: 'a write meets 503 and no time', failure: answer(503), then: undefined },
    { when: 'the wait would be long', failure: answer(429, 60_000), reading: true, then: undefined },
    { when: 'the server has a defect', failure: answer(500), reading: true, then: undefined },
    { when: 'the object is not there', failure: answer(404), reading: true, then: undefined },
  ];
  for (const { when, failure, tries = 1, reading = false, then } of rows) {
    it(`${then === undefined ? 'gives up' : `waits ${String(then)} ms`} when ${when}`, () => {
      expect(retryDelay(failure, tries, reading, half)).to.equal(then);
    });
  }
});

describe('parseRetryAfter', () => {
  const now = new Date('2026-11-23T10:00:00Z');

  it('reads seconds and dates', () => {
    expect(parseRetryAfter('7', now)).to.equal(7_000);
    expect(parseRetryAfter('Mon, 23 Nov 2026 10:00:05 GMT', now)).to.equal(5_000);
    expect(parseRetryAfter('Mon, 23 Nov 2026 09:00:00 GMT', now)).to.equal(0);
  });

  it('ignores what is neither', () => {
    expect(parseRetryAfter('soon', now)).to.equal(undefined);
    expect(parseRetryAfter('', now)).to.equal(undefined);
    expect(parseRetryAfter(undefined, now)).to.equal(undefined);
  });
});
