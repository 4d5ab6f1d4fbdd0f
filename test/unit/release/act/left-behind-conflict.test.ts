import { expect } from 'chai';
import { describe, it } from 'mocha';
import { HelmError } from '../../../../src/helm/errors.ts';
import { describeOwnership } from '../../../../src/helm/errors/objects.ts';
import { explainConflict } from '../../../../src/release/act/left-behind-conflict.ts';

const said =
  'Error: INSTALLATION FAILED: unable to continue with install: ConfigMap "web" in namespace "shop" exists and cannot be ' +
  'imported into the current release: invalid ownership metadata; annotation validation error: key ' +
  '"meta.helm.sh/release-name" must equal "new": current value is "old"';
const facts = { class: 'OWNERSHIP', reason: 'OwnedByAnother', retry: 'backoff' } as const;
const conflict = new HelmError(describeOwnership(said, { name: 'new', namespace: 'shop' }) ?? '', facts);
const former = { releaseName: 'old', namespace: 'shop', since: '2026-01-01T00:00:00Z' };

describe('objects that a release left behind has already', () => {
  it('are told of with the way out', () => {
    expect(
      explainConflict(conflict, { leftBehind: [{ ...former, releaseName: 'ol' }, former] }).message,
    ).to.equal(
      'ConfigMap web in namespace shop exists already and belongs to release shop/old, which this HelmRelease stood for ' +
        'before and left behind: to have that one uninstalled, set the annotation helm.fluxcd.io/uninstallLeftBehind to ' +
        'shop/old; to go on with it, set spec.releaseName and spec.targetNamespace back',
    );
  });

  it('are left to the words of helm where they are of another release, or anything else failed', () => {
    expect(explainConflict(conflict, { leftBehind: [{ ...former, releaseName: 'other' }] })).to.equal(
      conflict,
    );
    const timeout = new HelmError('of release shop/old: no', { ...facts, class: 'TIMEOUT' });
    expect(explainConflict(timeout, { leftBehind: [former] })).to.equal(timeout);
  });
});
