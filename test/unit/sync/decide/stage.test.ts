import { expect } from 'chai';
import { describe, it } from 'mocha';
import { stageOf } from '../../../../src/sync/decide/stage.ts';

const idOf = (group: string, kind: string) => ({ group, kind, namespace: '', name: 'a' });

describe('the stage of an object', () => {
  it('is the first for what gives others their place or their kind', () => {
    expect(stageOf(idOf('', 'Namespace'))).to.equal('definitions');
    expect(stageOf(idOf('apiextensions.k8s.io', 'CustomResourceDefinition'))).to.equal('definitions');
  });

  it('is the second for all others, kinds of the same name among them', () => {
    for (const [group, kind] of [
      ['', 'ConfigMap'],
      ['example.com', 'Namespace'],
      ['example.com', 'CustomResourceDefinition'],
      ['helm.fluxcd.io', 'HelmRelease'],
    ] as const) {
      expect(stageOf(idOf(group, kind))).to.equal('objects');
    }
  });
});
