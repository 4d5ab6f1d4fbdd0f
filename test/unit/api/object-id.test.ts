import { expect } from 'chai';
import fc from 'fast-check';
import { UnexpectedError } from '../../../src/api/errors.ts';
import { formatId, type ObjectId, parseId } from '../../../src/api/object-id.ts';

describe('formatId', () => {
  const rows: readonly (readonly [ObjectId, string])[] = [
    [{ group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' }, 'apps/Deployment/shop/web'],
    [{ group: '', kind: 'ConfigMap', namespace: 'shop', name: 'web' }, '/ConfigMap/shop/web'],
    [{ group: '', kind: 'Namespace', namespace: '', name: 'shop' }, '/Namespace//shop'],
    [
      { group: 'rbac.authorization.k8s.io', kind: 'ClusterRole', namespace: '', name: 'system:view' },
      'rbac.authorization.k8s.io/ClusterRole//system:view',
    ],
  ];
  for (const [id, text] of rows) {
    it(`writes ${text}`, () => {
      expect(formatId(id)).to.equal(text);
      expect(parseId(text)).to.deep.equal(id);
    });
  }

  it('is undone by parseId and never the same for two, whatever a manifest calls them', () => {
    const part = fc.oneof(fc.string(), fc.stringMatching(/^[%/2F5a]{0,6}$/));
    const anyId = fc.record({ group: part, kind: part, namespace: part, name: part });
    fc.assert(
      fc.property(anyId, (id) => {
        expect(parseId(formatId(id))).to.deep.equal(id);
      }),
    );
  });
});

describe('parseId', () => {
  for (const text of ['', 'web', 'apps/Deployment/web', 'apps/Deployment/shop/web/pod']) {
    it(`refuses '${text}'`, () => {
      expect(() => parseId(text)).to.throw(
        UnexpectedError,
        `'${text}' names no object: group/Kind/namespace/name was expected`,
      );
    });
  }
});
