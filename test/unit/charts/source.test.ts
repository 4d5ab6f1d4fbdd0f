import { expect } from 'chai';
import type { ChartSource } from '../../../src/charts/chart.ts';
import { describeSource, hostOfSource, sourceKey } from '../../../src/charts/source.ts';

const GIT = {
  kind: 'git',
  url: 'git@example.com:org/repo',
  ref: 'main',
  path: 'web',
  skipDepUpdate: false,
  scope: '',
} as const;
const REPOSITORY = {
  kind: 'repository',
  url: 'https://u:s3cret@example.com/c?t=s3cret',
  name: 'web',
  version: '1.x',
  scope: '',
} as const;
const OCI = { kind: 'oci', url: 'oci://example.com:5000/web', version: '1.x', scope: '' } as const;
const auth = { username: 'a', password: 'b' };

describe('sourceKey', () => {
  it('differs with every part that makes a difference, and with nothing else', () => {
    const sources: readonly ChartSource[] = [
      GIT,
      { ...GIT, ref: 'v1' },
      { ...GIT, path: 'db' },
      { ...GIT, skipDepUpdate: true },
      { ...GIT, scope: 'ns/secret/1' },
      { ...GIT, scope: 'ns/secret/1', auth },
      { ...GIT, scope: 'ns/secret/1', auth: { ...auth, password: 'c' } },
      REPOSITORY,
      { ...REPOSITORY, version: '2.x' },
      OCI,
      { ...OCI, version: '2.x' },
      { ...OCI, tls: { ca: 'a' } },
      { ...OCI, auth },
      { ...OCI, auth: { identityToken: 'b' } },
    ];

    expect(new Set(sources.map(sourceKey))).to.have.length(sources.length);
    expect(sourceKey({ ...GIT })).to.equal(sourceKey(GIT));
    expect(sourceKey({ ...OCI, name: 'ignored' } as ChartSource)).to.equal(sourceKey(OCI));
  });

  it('cannot be made equal by moving text from one part into the next', () => {
    expect(sourceKey({ ...REPOSITORY, name: 'a', version: 'b1' })).not.to.equal(
      sourceKey({ ...REPOSITORY, name: 'ab', version: '1' }),
    );
  });
});

describe('describeSource', () => {
  it('names the chart and its place, without secrets', () => {
    expect([GIT, REPOSITORY, OCI].map(describeSource)).to.deep.equal([
      'chart web of git@example.com:org/repo at main',
      'chart web 1.x of https://example.com/c',
      'chart oci://example.com:5000/web 1.x',
    ]);
  });
});

describe('hostOfSource', () => {
  it('finds the host in every kind of URL, with its port: another port may be another server', () => {
    const urls = [
      'git@Example.com:org/repo',
      'ssh://git@example.com:22/x',
      'https://u:p@example.com/c',
      'oci://example.com:5000/web',
    ];

    expect(urls.map((url) => hostOfSource({ ...OCI, url }))).to.deep.equal([
      'example.com',
      'example.com:22',
      'example.com',
      'example.com:5000',
    ]);
    expect(hostOfSource({ ...OCI, url: '' })).to.equal('');
  });
});
