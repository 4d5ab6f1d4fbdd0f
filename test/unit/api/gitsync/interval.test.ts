import { expect } from 'chai';
import fc from 'fast-check';
import { InvalidSpecError } from '../../../../src/api/errors.ts';
import { intervalMsOf } from '../../../../src/api/gitsync/interval.ts';

describe('intervalMsOf', () => {
  const rows: readonly (readonly [string, number])[] = [
    ['1s', 1_000],
    ['30s', 30_000],
    ['1m', 60_000],
    ['1m0s', 60_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['1500ms', 1_500],
    ['24h', 86_400_000],
  ];
  for (const [text, ms] of rows) {
    it(`reads ${text}`, () => {
      expect(intervalMsOf(text)).to.equal(ms);
    });
  }

  for (const text of ['', '60', 'm', '1d', '-1m', '+1m', '1m 30s', '1M', '.5s', '1m\n', '100000s']) {
    it(`refuses ${JSON.stringify(text)} with the form that is wanted`, () => {
      expect(() => intervalMsOf(text)).to.throw(
        InvalidSpecError,
        `spec.interval is ${JSON.stringify(text)}, but the interval has to be a duration such as 30s, 1m or 1h30m`,
      );
    });
  }

  for (const text of ['0s', '999ms', '0.9s', '24h1ms', '99999h']) {
    it(`refuses ${text} with the bounds`, () => {
      expect(() => intervalMsOf(text)).to.throw(
        InvalidSpecError,
        `spec.interval is "${text}", but the interval has to be at least 1s and at most 24h: set one between`,
      );
    });
  }

  it('adds up hours, minutes and seconds', () => {
    const part = (max: number) => fc.integer({ min: 0, max });
    fc.assert(
      fc.property(part(22), part(59), fc.integer({ min: 1, max: 59 }), (h, m, s) => {
        const text = `${h.toString()}h${m.toString()}m${s.toString()}s`;
        expect(intervalMsOf(text)).to.equal(((h * 60 + m) * 60 + s) * 1_000);
      }),
    );
  });
});
