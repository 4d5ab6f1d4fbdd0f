import { expect } from 'chai';
import { describe, it } from 'mocha';
import { foreignOwner } from '../../../../src/sync/act/owner.ts';
import { ownerLabels } from '../../../../src/sync/desire/mark.ts';
import { live, SYNC, task } from './support.ts';

const WANTED = task('ConfigMap', 'web').object;
const HELM = { 'app.kubernetes.io/managed-by': 'Helm' };
const RELEASE = { 'meta.helm.sh/release-name': 'web', 'meta.helm.sh/release-namespace': 'shop' };

describe('whose an object is', () => {
  it('is ours when it has our labels, or nobody’s', () => {
    expect(foreignOwner(live('web', { labels: ownerLabels(SYNC) }), WANTED)).to.equal(undefined);
    expect(foreignOwner(live('web'), WANTED)).to.equal(undefined);
  });

  it('is another GitSync’s by its labels, of the same name in another namespace too', () => {
    for (const key of [
      { namespace: 'team-b', name: 'production' },
      { namespace: 'team-a', name: 'staging' },
    ]) {
      expect(foreignOwner(live('web', { labels: ownerLabels(key) }), WANTED)).to.deep.equal({
        kind: 'sync',
        key: `${key.namespace}/${key.name}`,
      });
    }
  });

  it('is a Helm release’s by helm’s label and annotation together', () => {
    const release = { labels: { ...ownerLabels(SYNC), ...HELM }, annotations: RELEASE };

    expect(foreignOwner(live('web', release), WANTED)).to.deep.equal({ kind: 'release', key: 'shop/web' });
    expect(foreignOwner(live('web', { labels: HELM }), WANTED)).to.equal(undefined);
    expect(foreignOwner(live('web', { annotations: RELEASE }), WANTED)).to.equal(undefined);
  });

  it('is ours when Git itself says that it is to pass for helm’s', () => {
    const wanted = { ...WANTED, metadata: { ...WANTED.metadata, annotations: RELEASE } };

    expect(foreignOwner(live('web', { labels: HELM, annotations: RELEASE }), wanted)).to.equal(undefined);
  });
});
