import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { type DesiredState, desiredDigest } from '../../../src/values/digest.ts';
import { parseHelmYaml } from '../../../src/values/helm-yaml.ts';
import type { ValuesMap } from '../../../src/values/merge.ts';

const key = Buffer.alloc(32, 7);
const state: DesiredState = {
  chartDigest: 'c0ffee',
  values: { merged: { replicas: 2 } },
  reuseValues: false,
  skipCRDs: false,
};

function digestOf(document: string): string {
  return desiredDigest(
    { ...state, values: { merged: parseHelmYaml(Buffer.from(document)).documents[0] as ValuesMap } },
    key,
  );
}

describe('the desired digest', () => {
  it('stays what it was: releases made by earlier versions carry it', () => {
    expect(desiredDigest(state, key)).to.equal(
      '606bbe5c686d75e37cc0fcdb48711b5c4911e069fb925f2ce17b0fdd6588949a',
    );
  });

  const changes: readonly Partial<DesiredState>[] = [
    { chartDigest: 'c0ffef' },
    { values: { merged: { replicas: 3 } } },
    { reuseValues: true },
    { skipCRDs: true },
    { replaceCRDs: true },
  ];
  for (const change of changes) {
    it(`changes with ${Object.keys(change).join()}`, () => {
      expect(desiredDigest({ ...state, ...change }, key)).to.not.equal(desiredDigest(state, key));
    });
  }

  it('changes with the key, and refuses one that could be guessed', () => {
    expect(desiredDigest(state, randomBytes(32))).to.not.equal(desiredDigest(state, key));
    expect(() => desiredDigest(state, Buffer.from('short'))).to.throw(RangeError);
  });

  it('does not change with a comment, the order of keys or the way a value is written', () => {
    expect(digestOf('a: true # why\nb: {c: 0x10}\n')).to.equal(digestOf('b:\n  "c": 16.0\n\na: yes\n'));
  });

  it('changes with the last digit of a long integer, with a quote and with a null', () => {
    const documents = [
      'a: 9007199254740992',
      'a: 9007199254740993',
      'a: "9007199254740993"',
      'a: null',
      '{}',
      'a: 0',
      'a: -0.0',
    ];

    expect(new Set(documents.map(digestOf)).size).to.equal(documents.length);
  });

  it('is the same for the same values only', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (a, b) => {
          const [digestA, digestB] = [a, b].map((merged) =>
            desiredDigest({ ...state, values: { merged } }, key),
          );
          expect(digestA === digestB).to.equal(isEqual(a, b));
        },
      ),
    );
  });
});

function isEqual(a: unknown, b: unknown): boolean {
  try {
    expect(a).to.deep.equal(b);
    return true;
  } catch {
    return false;
  }
}
