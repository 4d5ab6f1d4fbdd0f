import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { KubeObject } from '../../../../src/kube/resource-type.ts';
import { ownersIn, takenFrom } from '../../../../src/release/observe/managed-fields.ts';

const object = (...managedFields: readonly object[]): KubeObject => ({
  metadata: { name: 'web', managedFields } as KubeObject['metadata'],
});
const helm = (spec: object): object => ({
  manager: 'helm',
  operation: 'Apply',
  fieldsV1: { 'f:spec': spec },
});
const kubectl = (spec: object, subresource?: string): object => ({
  manager: 'kubectl',
  operation: 'Update',
  fieldsV1: { 'f:spec': spec },
  ...(subresource === undefined ? {} : { subresource }),
});
const image = {
  'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"web"}': { '.': {}, 'f:image': {} } } } },
};

describe('the fields that helm has taken over', () => {
  it('are those that somebody owned, and now only helm owns', () => {
    const before = ownersIn(
      object(helm({ 'f:paused': {} }), kubectl({ 'f:replicas': {} }, 'scale'), kubectl(image)),
    );
    const after = ownersIn(object(helm({ 'f:paused': {}, 'f:replicas': {}, ...image })));

    expect(takenFrom(before, after)).to.deep.equal([
      { field: '.spec.replicas', owner: '"kubectl" (subresource scale)' },
      { field: '.spec.template.spec.containers[name="web"].image', owner: '"kubectl"' },
    ]);
  });

  it('are not those that both own, that nobody owns any more, or of a status', () => {
    const status = {
      manager: 'kubectl',
      subresource: 'status',
      fieldsV1: { 'f:spec': { 'f:replicas': {} } },
    };
    const before = ownersIn(object(kubectl({ 'f:replicas': {}, 'f:paused': {} }), status));
    const after = ownersIn(object(helm({ 'f:replicas': {} }), kubectl({ 'f:replicas': {} })));

    expect(takenFrom(before, after)).to.deep.equal([]);
  });

  it('are none of an object that says nothing, or something odd', () => {
    expect(ownersIn({ metadata: { name: 'web' } }).others).to.deep.equal([]);
    const odd = ownersIn(object({ fieldsV1: { 'k:{nonsense': {}, 'v:"x"': {} } }));
    expect(odd.others).to.deep.equal([{ name: '""', fields: new Set(['[{nonsense]', '["x"]']) }]);
  });
});
