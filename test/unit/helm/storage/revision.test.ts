import { expect } from 'chai';
import type { ObjectMeta } from '../../../../src/api/metadata.ts';
import { revisionOf } from '../../../../src/helm/storage/revision.ts';

const meta: ObjectMeta = {
  name: 'sh.helm.release.v1.web.v3',
  namespace: 'shop',
  uid: 'u1',
  resourceVersion: '77',
  labels: {
    owner: 'helm',
    name: 'web',
    version: '3',
    status: 'pending-upgrade',
    createdAt: '1795397532',
    'helm-release-operator.io/revision': '2',
    'helm-release-operator.io/digest': 'v1.a.b',
  },
};

describe('revisionOf', () => {
  it('reads what the labels tell', () => {
    expect(revisionOf(meta)).to.deep.equal({
      namespace: 'shop',
      name: 'web',
      revision: 3,
      status: 'pending-upgrade',
      createdAtMs: 1_795_397_532_000,
      marks: { digest: 'v1.a.b', revision: 2 },
      resourceVersion: '77',
      uid: 'u1',
      secretName: 'sh.helm.release.v1.web.v3',
    });
  });

  it('calls a status unknown that Helm does not have', () => {
    expect(revisionOf({ ...meta, labels: { ...meta.labels, status: 'fine' } })).to.have.property(
      'status',
      'unknown',
    );
  });

  const others: readonly { what: string; meta: ObjectMeta }[] = [
    { what: 'has no labels', meta: { name: meta.name, namespace: 'shop' } },
    { what: 'belongs to another program', meta: { ...meta, labels: { ...meta.labels, owner: 'me' } } },
    { what: 'is named otherwise', meta: { ...meta, name: 'web' } },
    {
      what: 'says another revision than its name',
      meta: { ...meta, labels: { ...meta.labels, version: '4' } },
    },
    {
      what: 'says another release than its name',
      meta: { ...meta, labels: { ...meta.labels, name: 'shop' } },
    },
    { what: 'has no revision', meta: { ...meta, labels: { ...meta.labels, version: 'x' } } },
    {
      what: 'has revision 0',
      meta: { ...meta, name: 'sh.helm.release.v1.web.v0', labels: { ...meta.labels, version: '0' } },
    },
  ];
  for (const row of others) {
    it(`sees no revision in a Secret that ${row.what}`, () => {
      expect(revisionOf(row.meta)).to.equal(undefined);
    });
  }
});
