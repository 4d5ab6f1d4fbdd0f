import { expect } from 'chai';
import fc from 'fast-check';
import { keyOf, parseKey } from '../../../src/api/metadata.ts';

describe('keyOf', () => {
  it('joins namespace and name with a slash', () => {
    expect(keyOf({ metadata: { namespace: 'shop', name: 'web' } })).to.equal('shop/web');
  });

  it('is the name alone for an object that lives in no namespace', () => {
    expect(keyOf({ metadata: { name: 'shop' } })).to.equal('shop');
  });

  it('is undone by parseKey', () => {
    const part = fc.stringMatching(/^[a-z0-9]([-a-z0-9.]{0,20}[a-z0-9])?$/);
    fc.assert(
      fc.property(fc.option(part, { nil: '' }), part, (namespace, name) => {
        expect(parseKey(keyOf({ metadata: { namespace, name } }))).to.deep.equal({ namespace, name });
      }),
    );
  });
});
