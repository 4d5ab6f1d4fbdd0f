import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { KubeObject } from '../../../../src/kube/resource-type.ts';
import { clean } from '../../../../src/sync/build/clean.ts';

const given = {
  name: 'a',
  namespace: 'b',
  labels: { c: 'd' },
  annotations: { e: 'f' },
  finalizers: ['g'],
};
const ofTheServer = {
  managedFields: [],
  uid: 'x',
  resourceVersion: '1',
  generation: 2,
  creationTimestamp: null,
  selfLink: '/x',
};

describe('what is written by kubectl get', () => {
  it('is applied without what only a server may say', () => {
    const object = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...ofTheServer, ...given },
      spec: {},
      status: {},
    };
    const before = JSON.stringify(object);

    expect(clean(object as unknown as KubeObject)).to.deep.equal({
      ...{ apiVersion: 'v1', kind: 'Pod', spec: {}, status: {} },
      metadata: given,
    });
    expect(JSON.stringify(object)).to.equal(before);
  });

  for (const version of ['v1', 'v1beta1']) {
    it(`is applied without the status of a definition of ${version}`, () => {
      const definition = {
        apiVersion: `apiextensions.k8s.io/${version}`,
        kind: 'CustomResourceDefinition',
        metadata: { name: 'a' },
        spec: {},
      };

      expect(clean({ ...definition, status: { storedVersions: [] } } as KubeObject)).to.deep.equal(
        definition,
      );
    });
  }
});
