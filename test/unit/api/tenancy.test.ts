import { expect } from 'chai';
import { describe, it } from 'mocha';
import { InvalidSpecError } from '../../../src/api/errors.ts';
import type { HelmReleaseSpec } from '../../../src/api/helm-release.ts';
import { settingsOf } from '../../../src/api/settings.ts';
import { accountOf, type Tenancy, TRUSTING } from '../../../src/api/tenancy.ts';
import { release } from './release.ts';

const STRICT: Tenancy = { defaultAccount: 'default', crossNamespaceRefs: false };
const GIT = { git: 'https://git.example.com/app', path: 'web' };

describe('the account of a HelmRelease', () => {
  const of = (spec: Partial<HelmReleaseSpec>, tenancy: Tenancy): string | undefined =>
    accountOf(release(spec, 'web', 'team'), tenancy);

  it('is the one that it names, in its own namespace whatever its target', () => {
    for (const tenancy of [TRUSTING, STRICT]) {
      expect(of({ serviceAccountName: 'app', targetNamespace: 'other' }, tenancy)).to.equal(
        'system:serviceaccount:team:app',
      );
    }
  });

  it('is none without a name where the operator is trusted, and default where it is not', () => {
    for (const serviceAccountName of [undefined, '']) {
      const spec = serviceAccountName === undefined ? {} : { serviceAccountName };
      expect(of(spec, TRUSTING)).to.equal(undefined);
      expect(of(spec, STRICT)).to.equal('system:serviceaccount:team:default');
    }
  });

  it('is left to the GitSync for a chart in its commit, unless one is named', () => {
    expect(of({ chart: { path: 'charts/web' } }, STRICT)).to.equal(undefined);
    expect(of({ chart: { path: 'charts/web' }, serviceAccountName: 'app' }, STRICT)).to.equal(
      'system:serviceaccount:team:app',
    );
  });
});

describe('references to other namespaces', () => {
  const said = (spec: Partial<HelmReleaseSpec>, tenancy: Tenancy): string | undefined => {
    try {
      settingsOf(release(spec, 'web', 'team'), tenancy);
      return undefined;
    } catch (caught) {
      expect(caught).to.be.instanceOf(InvalidSpecError);
      return (caught as Error).message;
    }
  };
  const other = { name: 'db', namespace: 'other' };
  const rows: readonly (readonly [string, Partial<HelmReleaseSpec>])[] = [
    ['spec.valuesFrom[0].secretKeyRef', { valuesFrom: [{ secretKeyRef: other }] }],
    [
      'spec.valuesFrom[1].configMapKeyRef',
      { valuesFrom: [{ secretKeyRef: { name: 'mine' } }, { configMapKeyRef: other }] },
    ],
    ['spec.chart.secretRef', { chart: { ...GIT, secretRef: other } }],
  ];

  it('are refused with the field and the way out where they are not allowed', () => {
    for (const [field, spec] of rows) {
      expect(said(spec, STRICT))
        .to.match(/^spec\.\S+ names a (?:Secret|ConfigMap) in namespace other, /)
        .and.include(`${field} names`)
        .and.include(`to namespace team and remove ${field}.namespace`);
    }
  });

  it('are taken as ever where they are, and are none if they name the own namespace', () => {
    for (const [, spec] of rows) expect(said(spec, TRUSTING)).to.equal(undefined);
    expect(
      said(
        {
          targetNamespace: 'other',
          valuesFrom: [
            { secretKeyRef: { name: 'db', namespace: 'team' } },
            { configMapKeyRef: { name: 'a', namespace: '' } },
            { configMapKeyRef: { name: 'first' }, secretKeyRef: other },
            { externalSourceRef: { url: 'https://example.com/values.yaml' } },
          ],
        },
        STRICT,
      ),
    ).to.equal(undefined);
  });
});
