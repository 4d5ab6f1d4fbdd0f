import { expect } from 'chai';
import { describe, it } from 'mocha';
import { valuesDiff } from '../../../src/values/values-diff.ts';

describe('what changes between two maps of values', () => {
  it('is told by its path, in the order of the paths', () => {
    const before = { image: { tag: '1' }, replicas: 1, gone: true, same: [1, { a: 1 }] };
    const after = { same: [1, { a: 1 }], replicas: 2, image: { tag: '2', 'pull.policy': 'Always' } };

    expect(valuesDiff(before, after, {})).to.deep.equal([
      '- values.gone',
      '~ values.image.tag: *** -> "2"',
      '+ values.image["pull.policy"]: "Always"',
      '~ values.replicas: *** -> 2',
    ]);
  });

  it('is told of the items of lists, of null, and of what is a map no more', () => {
    expect(
      valuesDiff({ a: [1, 2, 3], b: { c: 1 }, d: 1, e: {} }, { a: [1, 5], b: 'x', d: null, e: {} }, {}),
    ).to.deep.equal([
      '~ values.a[1]: *** -> 5',
      '- values.a[2]',
      '+ values.b: "x"',
      '- values.b.c',
      '~ values.d: *** -> null',
    ]);
  });

  it('is nothing where helm reads both alike', () => {
    expect(valuesDiff({ n: 9_007_199_254_740_992 }, { n: 9_007_199_254_740_993n }, {})).to.deep.equal([]);
  });

  it('shows no value that a Secret gives now, whatever it was before', () => {
    const secret = { db: { password: 'new' }, keys: ['k2'] };
    expect(
      valuesDiff(
        { db: { password: 'old', host: 'a' }, keys: ['k1'] },
        { ...secret, db: { ...secret.db, host: 'b' } },
        secret,
      ),
    ).to.deep.equal([
      '~ values.db.host: *** -> "b"',
      '~ values.db.password: *** -> ***',
      '~ values.keys[0]: *** -> ***',
    ]);
  });

  it('shows no value that goes away: it may have come from a Secret', () => {
    expect(valuesDiff({ password: 'hunter2' }, {}, {})).to.deep.equal(['- values.password']);
  });
});
