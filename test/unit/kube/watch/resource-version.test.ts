import { expect } from 'chai';
import fc from 'fast-check';
import { isOlder, isSameOrOlder } from '../../../../src/kube/watch/resource-version.ts';

describe('resource versions', () => {
  it('are ordered as the numbers that they are, however large', () => {
    const version = fc.bigInt({ min: 1n, max: 2n ** 64n });
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(isOlder(String(a), String(b))).to.equal(a < b);
        expect(isSameOrOlder(String(a), String(b))).to.equal(a <= b);
      }),
    );
  });

  it('have no order if one of them is no number', () => {
    expect(isOlder('abc', '5')).to.equal(false);
    expect(isOlder('5', 'abc')).to.equal(false);
    expect(isOlder(undefined, '5')).to.equal(false);
    expect(isSameOrOlder(undefined, undefined)).to.equal(false);
    expect(isSameOrOlder('abc', 'abc')).to.equal(true);
  });
});
