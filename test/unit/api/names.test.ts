import { expect } from 'chai';
import fc from 'fast-check';
import * as names from '../../../src/api/names.ts';

describe('the names of GitSync', () => {
  it('are those that people have in their manifests and scripts', () => {
    expect(names).to.deep.include({
      GITOPS_API_VERSION: 'gitops.helm-release-operator.io/v1alpha1',
      SYNC_KIND: 'GitSync',
      SYNC_PLURAL: 'gitsyncs',
      SYNC_NAME_LABEL: 'gitops.helm-release-operator.io/name',
      SYNC_NAMESPACE_LABEL: 'gitops.helm-release-operator.io/namespace',
      PRUNE_ANNOTATION: 'gitops.helm-release-operator.io/prune',
      CONFIRM_PRUNE_ANNOTATION: 'gitops.helm-release-operator.io/confirm-prune',
      SYNC_RECONCILE_AT_ANNOTATION: 'gitops.helm-release-operator.io/reconcileAt',
      RECEIVER_LABEL: 'gitops.helm-release-operator.io/receiver',
      MARK_COMMIT_LABEL: 'helm-release-operator.io/commit',
      FLUX_IGNORE_ANNOTATIONS: ['fluxcd.io/ignore', 'flux.weave.works/ignore'],
    });
  });
});

describe('syncFieldManager', () => {
  it('names the GitSync', () => {
    expect(names.syncFieldManager({ namespace: 'team-a', name: 'production' })).to.equal(
      'gitsync:team-a/production',
    );
  });

  it('keeps the whole name as long as it fits, and a hash of it from then on', () => {
    const name = 'n'.repeat(63);
    const fits = names.syncFieldManager({ namespace: 'a'.repeat(56), name });
    const tooLong = names.syncFieldManager({ namespace: 'a'.repeat(57), name });

    expect(fits).to.equal(`gitsync:${'a'.repeat(56)}/${name}`);
    expect(tooLong).to.match(/^gitsync:a{57}\/n{45}~[0-9a-f]{16}$/);
  });

  it('is at most 128 characters, holds the whole namespace, and is another one for another GitSync', () => {
    // The API server wants printable ASCII; names that are alike up to their end are the hard case.
    const part = (min: number) => fc.stringMatching(new RegExp(`^a{${min.toString()}}[ab0-9]{1,8}$`));
    const key = fc.record({ namespace: part(50), name: part(55) });
    fc.assert(
      fc.property(key, key, (one, other) => {
        const manager = names.syncFieldManager(one);
        expect(manager).to.match(/^[!-~]{1,128}$/);
        expect(manager.startsWith(`gitsync:${one.namespace}/`)).to.equal(true);
        const isSame = one.namespace === other.namespace && one.name === other.name;
        expect(manager === names.syncFieldManager(other)).to.equal(isSame);
      }),
    );
  });
});
