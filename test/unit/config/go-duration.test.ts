import { expect } from 'chai';
import fc from 'fast-check';
import { parseGoDuration } from '../../../src/config/go-duration.ts';

describe('parseGoDuration', () => {
  const rows: readonly [string, number][] = [
    ['0', 0],
    ['0s', 0],
    ['20s', 20_000],
    ['3m', 180_000],
    ['4m15s', 255_000],
    ['300ms', 300],
    ['1h2m3.5s', 3_723_500],
    ['1.5h', 5_400_000],
    ['.5s', 500],
    ['1.s', 1_000],
    ['1s1h', 3_601_000],
    ['1000us', 1],
    ['1000µs', 1],
    ['1000μs', 1],
    ['1000000ns', 1],
    ['+5s', 5_000],
    ['-5s', -5_000],
  ];
  for (const [text, ms] of rows) {
    it(`reads ${text} as ${String(ms)} ms`, () => {
      expect(parseGoDuration(text)).to.be.closeTo(ms, 1e-9);
    });
  }

  for (const text of [
    '',
    '5',
    '5x',
    's',
    '.s',
    '5 s',
    ' 5s',
    '5s ',
    '5S',
    '1d',
    '--5s',
    '1e3s',
    '5s3',
    '5s\n',
    '∞',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(parseGoDuration(text)).to.equal(undefined);
    });
  }

  it('reads whatever it is made of as the sum of its parts', () => {
    const parts = fc.record({ h: fc.nat(100), m: fc.nat(1_000), s: fc.nat(10_000), ms: fc.nat(100_000) });

    fc.assert(
      fc.property(parts, ({ h, m, s, ms }) => {
        const text = `${String(h)}h${String(m)}m${String(s)}s${String(ms)}ms`;
        expect(parseGoDuration(text)).to.equal(h * 3_600_000 + m * 60_000 + s * 1_000 + ms);
      }),
    );
  });
});
