import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { SourceDocument } from '../../../../src/sync/document.ts';
import { duplicates } from '../../../../src/sync/build/duplicates.ts';

interface Named {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
}

const at = (
  file: string,
  { apiVersion = 'v1', kind = 'Secret', name = 'a', namespace }: Named,
): SourceDocument => ({
  ...{ file, index: 2, line: 7 },
  object: { apiVersion, kind, metadata: namespace === undefined ? { name } : { name, namespace } },
});

describe('an object', () => {
  for (const [what, a, b, isSame] of [
    ['the same', {}, {}, true],
    ['in another version', { apiVersion: 'apps/v1' }, { apiVersion: 'apps/v1beta1' }, true],
    ['of another group', { apiVersion: 'apps/v1' }, { apiVersion: 'extensions/v1' }, false],
    ['of another kind', { kind: 'Secret' }, { kind: 'ConfigMap' }, false],
    ['in another namespace', { namespace: 'a' }, { namespace: 'b' }, false],
    ['of another name', { name: 'a' }, { name: 'b' }, false],
  ] as const) {
    it(`that is written twice, ${what}, is ${isSame ? 'a fault' : 'fine'}`, () => {
      expect(duplicates([at('x.yaml', a), at('y.yaml', b)])).to.have.lengthOf(isSame ? 1 : 0);
    });
  }

  it('that is written twice has a fault with both places', () => {
    expect(
      duplicates([at('x.yaml', { namespace: 'shop' }), at('y.yaml', { namespace: 'shop' })]),
    ).to.deep.equal([
      {
        ...{ file: 'y.yaml', index: 2, line: 7, object: 'Secret shop/a' },
        why: 'it is written in x.yaml (document 2, line 7) too: remove it from one of the two',
      },
    ]);
  });
});
