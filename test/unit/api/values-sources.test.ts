import { expect } from 'chai';
import { InvalidSpecError } from '../../../src/api/errors.ts';
import type { HelmReleaseSpec } from '../../../src/api/helm-release.ts';
import { valuesSourcesOf } from '../../../src/api/values-sources.ts';
import { release } from './release.ts';

const sources = (spec: Partial<HelmReleaseSpec>) => valuesSourcesOf(release(spec).spec, 'shop');

describe('valuesSourcesOf', () => {
  it('puts the Secrets of valueFileSecrets before valuesFrom', () => {
    const found = sources({
      valueFileSecrets: [{ name: 'old' }],
      valuesFrom: [{ configMapKeyRef: { name: 'new', namespace: 'flux', key: 'a.yaml', optional: true } }],
    });

    expect(found).to.deep.equal([
      { kind: 'secret', namespace: 'shop', name: 'old', key: 'values.yaml', optional: false },
      { kind: 'configMap', namespace: 'flux', name: 'new', key: 'a.yaml', optional: true },
    ]);
  });

  it('fills in the namespace, the key and that a source is needed', () => {
    expect(sources({ valuesFrom: [{ secretKeyRef: { name: 's', namespace: '', key: '' } }] })).to.deep.equal([
      { kind: 'secret', namespace: 'shop', name: 's', key: 'values.yaml', optional: false },
    ]);
  });

  it('takes the first of several sources in one entry, in the order of 1.4.4', () => {
    const chartFileRef = { path: 'prod.yaml' };
    const externalSourceRef = { url: 'HTTPS://example.com/values.yaml', optional: true };
    const secretKeyRef = { name: 's' };
    const configMapKeyRef = { name: 'c' };
    const kinds = sources({
      valuesFrom: [
        { chartFileRef },
        { chartFileRef, externalSourceRef },
        { chartFileRef, externalSourceRef, secretKeyRef },
        { chartFileRef, externalSourceRef, secretKeyRef, configMapKeyRef },
      ],
    }).map(({ kind }) => kind);

    expect(kinds).to.deep.equal(['chartFile', 'url', 'secret', 'configMap']);
  });

  it('leaves out an entry that names nothing', () => {
    expect(sources({ valuesFrom: [{}, { chartFileRef: { path: 'a.yaml' } }] })).to.deep.equal([
      { kind: 'chartFile', path: 'a.yaml', optional: false },
    ]);
  });

  it('refuses a URL that is neither http nor https, and names the entry', () => {
    expect(() =>
      sources({ valuesFrom: [{}, { externalSourceRef: { url: 'ftp://example.com/v' } }] }),
    ).to.throw(
      InvalidSpecError,
      'spec.valuesFrom[1].externalSourceRef.url is neither an http:// nor an https:// URL: put the values into a ConfigMap or Secret',
    );
  });

  it('leaves such a URL out where it is optional, as 1.4.4 went on without it', () => {
    const valuesFrom = [{ externalSourceRef: { url: 'file:///etc/passwd', optional: true } }];

    expect(sources({ valuesFrom })).to.deep.equal([]);
  });
});
