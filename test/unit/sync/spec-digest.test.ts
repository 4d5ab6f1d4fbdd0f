import { expect } from 'chai';
import { describe, it } from 'mocha';
import { asInGit, specDigest } from '../../../src/sync/spec-digest.ts';

const KEY = Buffer.alloc(32, 1);

describe('what a HelmRelease is told to do by Git', () => {
  it('is what Git has, as the API server stored it, without what others added', () => {
    const git = { chart: { path: 'web' }, values: { a: 1, b: null, list: [{ x: 1 }] }, timeout: 20 };
    const stored = {
      ...{ chart: { path: 'web' }, timeout: 20, targetNamespace: 'kube-system' },
      values: { a: 1, added: true, list: [{ x: 1, y: 2 }] },
    };
    expect(asInGit(stored, git)).to.deep.equal({
      ...{ chart: { path: 'web' }, timeout: 20 },
      values: { a: 1, list: [{ x: 1 }] },
    });
  });

  it('is the list of Git where somebody has added to that', () => {
    expect(asInGit({ valuesFrom: [{ a: 1 }, { b: 2 }] }, { valuesFrom: [{ a: 1 }] })).to.deep.equal({
      valuesFrom: [{ a: 1 }],
    });
  });

  it('has one digest in any order, another one for each change, and none of them without the key', () => {
    const digest = (spec: unknown, key = KEY): string => specDigest(spec, [], key);
    expect(digest({ a: 1, b: { c: 2, d: 3 } })).to.equal(digest({ b: { d: 3, c: 2 }, a: 1 }));
    const others = [digest({ a: 1 }), digest({ a: 2 }), digest({}), digest({ a: 1 }, Buffer.alloc(32, 2))];
    expect(new Set(others).size).to.equal(others.length);
  });
});
