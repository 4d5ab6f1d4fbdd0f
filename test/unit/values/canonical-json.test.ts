import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { canonicalJson, canonicalJsonInHelm } from '../../../src/values/canonical-json.ts';

describe('canonical JSON', () => {
  it('does not depend on the order of keys', () => {
    const shuffled = fc
      .dictionary(fc.string(), fc.jsonValue())
      .chain((map) =>
        fc.tuple(
          fc.constant(map),
          fc.shuffledSubarray(Object.keys(map), { minLength: Object.keys(map).length }),
        ),
      );

    fc.assert(
      fc.property(shuffled, ([map, keys]) => {
        const reordered = Object.fromEntries(keys.map((key) => [key, map[key]]));
        expect(canonicalJson(reordered)).to.equal(canonicalJson(map));
      }),
    );
  });

  it('is JSON of the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).to.deep.equal(value);
      }),
    );
  });

  const different: readonly (readonly [unknown, unknown])[] = [
    [1, '1'],
    [true, 'true'],
    [null, 'null'],
    [{ a: null }, {}],
    [{ a: {} }, { a: [] }],
    [{ a: {} }, {}],
    [{ a: '' }, { a: null }],
    [
      ['a', 'b'],
      ['b', 'a'],
    ],
    [['a,b'], ['a', 'b']],
    [{ 'a":1,"b': 1 }, { a: 1, b: 1 }],
    [0, -0],
    [9007199254740992n, 9007199254740993n],
    [18446744073709551615n, 18446744073709551616n],
    ['é', 'e\u0301'],
    ['\ud800', '\ufffd'],
  ];
  for (const [a, b] of different) {
    it(`tells ${show(a)} from ${show(b)}`, () => {
      expect(canonicalJson(a)).to.not.equal(canonicalJson(b));
    });
  }

  it('counts 1, 1.0 and the bigint 1 as one number, as helm does', () => {
    expect(new Set([1, 1.0, 1n].map(canonicalJson))).to.deep.equal(new Set(['1']));
  });

  it('for comparing with what Helm stored counts long integers with the digits that helm keeps', () => {
    const stored = JSON.parse('{"id": 9007199254740992, "list": [18446744073709552000]}') as unknown;

    expect(canonicalJsonInHelm({ id: 9007199254740993n, list: [18446744073709551615n] })).to.equal(
      canonicalJson(stored),
    );
  });
});

function show(value: unknown): string {
  return Object.is(value, -0)
    ? '-0'
    : typeof value === 'bigint'
      ? `${String(value)}n`
      : JSON.stringify(value, bigints);
}

function bigints(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
