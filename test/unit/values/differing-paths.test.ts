import { expect } from 'chai';
import { differingPaths } from '../../../src/values/differing-paths.ts';

describe('where two maps of values differ', () => {
  it('is nowhere when they are the same to helm', () => {
    const big = 2n ** 60n;

    expect(
      differingPaths({ a: { b: [1, { c: null }] }, n: big }, { n: Number(big), a: { b: [1, { c: null }] } }),
    ).to.deep.equal([]);
  });

  it('is told by paths, in the order of their keys, and never by a value', () => {
    const before = { image: { tag: '1', name: 'web' }, replicas: 1, env: [1, 2], secret: 'hunter2' };
    const after = { image: { tag: '2', name: 'web' }, env: [2, 1], secret: 'hunter3', added: {} };

    expect(differingPaths(before, after)).to.deep.equal(['added', 'env', 'image.tag', 'replicas', 'secret']);
  });

  it('is where one has a map, and the other something else or nothing', () => {
    expect(differingPaths({ a: { b: 1 }, c: {} }, { a: 'text' })).to.deep.equal(['a', 'c']);
    expect(differingPaths({ a: null }, {})).to.deep.equal(['a']);
  });

  it('is told so that a key with a point cannot be taken for a path', () => {
    expect(differingPaths({ 'a.b': 1, a: { 'x y': 1 } }, {})).to.deep.equal(['a', '"a.b"']);
    expect(differingPaths({ a: { 'x y': 1 } }, { a: {} })).to.deep.equal(['a."x y"']);
  });

  it('is found in keys that every object has', () => {
    const own = JSON.parse('{"__proto__": {"a": 1}, "constructor": 1}') as Readonly<Record<string, unknown>>;

    expect(differingPaths(own, {})).to.deep.equal(['__proto__', 'constructor']);
  });
});
