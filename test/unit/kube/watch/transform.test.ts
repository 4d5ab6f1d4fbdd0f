import { expect } from 'chai';
import { dropAnnotations, dropNoise } from '../../../../src/kube/watch/transform.ts';
import { thing, type Thing } from '../support/fakes.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

function noisy(): Thing {
  const metadata = {
    ...thing('a', 1).metadata,
    labels: { OWNER: 'TILLER' },
    annotations: { [LAST_APPLIED]: '{}', kept: 'yes' },
    managedFields: [{ manager: 'kubectl' }],
  };
  return { metadata };
}

describe('what is dropped of a watched object', () => {
  it('is what nobody reads: who owns which field, and a copy of the manifest', () => {
    const { metadata } = noisy();
    const { name, namespace, uid, resourceVersion, labels } = metadata;
    const identity = { name, namespace, uid, resourceVersion, labels };

    expect(dropNoise(noisy()).metadata).to.deep.equal({ ...identity, annotations: { kept: 'yes' } });
    expect(dropAnnotations(noisy()).metadata).to.deep.equal(identity);
    expect(dropAnnotations(thing('a', 1))).to.deep.equal(thing('a', 1));
  });
});
