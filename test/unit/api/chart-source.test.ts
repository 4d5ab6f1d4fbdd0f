import { expect } from 'chai';
import { chartSourceOf } from '../../../src/api/chart-source.ts';
import { CHART_COMMIT_ANNOTATION } from '../../../src/api/names.ts';
import { ownerLabels } from '../../../src/sync/desire/mark.ts';
import { InvalidSpecError } from '../../../src/api/errors.ts';
import type { ChartSpec } from '../../../src/api/helm-release.ts';

const git = { git: 'git@github.com:org/charts', path: 'charts/web' };
const repository = { repository: 'https://charts.example.com', name: 'web', version: '^1.2' };

const WEB = { name: 'web', namespace: 'default' };
const IN_SHOP = { name: 'web', namespace: 'shop' };

describe('chartSourceOf', () => {
  it('takes Git with url and path, and leaves the ref to the operator', () => {
    expect(chartSourceOf({ chart: git }, WEB)).to.deep.equal({
      kind: 'git',
      url: 'git@github.com:org/charts',
      ref: undefined,
      path: 'charts/web',
      secretRef: undefined,
      skipDepUpdate: false,
    });
  });

  it('lets Git win where both sources are complete', () => {
    expect(chartSourceOf({ chart: { ...repository, ...git } }, WEB).kind).to.equal('git');
  });

  it('takes the repository where Git has no path', () => {
    expect(chartSourceOf({ chart: { ...repository, git: git.git, path: '' } }, WEB)).to.deep.equal({
      kind: 'repository',
      url: 'https://charts.example.com',
      name: 'web',
      version: '^1.2',
      pullSecret: undefined,
    });
  });

  it('looks for the Secret of a repository or registry in the own namespace', () => {
    const chart = { ...repository, chartPullSecret: { name: 'pull' } };

    for (const url of ['https://charts.example.com', 'oci://example.com/charts']) {
      expect(chartSourceOf({ chart: { ...chart, repository: url } }, IN_SHOP)).to.deep.include({
        pullSecret: { namespace: 'shop', name: 'pull' },
      });
    }
  });

  it('looks for the Secret in the own namespace if no other is named', () => {
    const chart: ChartSpec = { ...git, git: 'https://example.com/r', secretRef: { name: 'deploy' } };

    expect(chartSourceOf({ chart }, IN_SHOP)).to.deep.include({
      secretRef: { namespace: 'shop', name: 'deploy' },
    });
    expect(
      chartSourceOf({ chart: { ...chart, secretRef: { name: 'deploy', namespace: 'flux' } } }, IN_SHOP),
    ).to.deep.include({ secretRef: { namespace: 'flux', name: 'deploy' } });
  });

  for (const url of ['git@github.com:org/charts', 'ssh://git@example.com/r', 'http://example.com/r']) {
    it(`uses no Secret for ${url}`, () => {
      expect(
        chartSourceOf({ chart: { ...git, git: url, secretRef: { name: 'deploy' } } }, IN_SHOP),
      ).to.deep.include({
        secretRef: undefined,
      });
    });
  }

  const registries: readonly (ChartSpec & { readonly then: string })[] = [
    { repository: 'oci://ghcr.io/org/charts', name: 'web', then: 'oci://ghcr.io/org/charts/web' },
    { repository: 'oci://ghcr.io/org/charts/', name: 'web', then: 'oci://ghcr.io/org/charts/web' },
    { repository: 'oci://ghcr.io/org/charts/web', then: 'oci://ghcr.io/org/charts/web' },
    { repository: 'oci://ghcr.io/org/charts/web', name: '', then: 'oci://ghcr.io/org/charts/web' },
    { repository: 'OCI://localhost:5000', name: 'web', then: 'oci://localhost:5000/web' },
  ];
  for (const { then, ...chart } of registries) {
    it(`reads ${chart.repository ?? ''} and ${chart.name ?? 'no name'} as ${then}`, () => {
      expect(chartSourceOf({ chart: { ...chart, version: '1.0.0' } }, WEB)).to.deep.equal({
        kind: 'oci',
        url: then,
        name: 'web',
        version: '1.0.0',
        pullSecret: undefined,
      });
    });
  }

  it('takes a path alone for a folder of the own commit, with all that the HelmRelease says of itself', () => {
    const metadata = {
      ...{ name: 'web', namespace: 'shop', uid: 'u1' },
      labels: ownerLabels({ namespace: 'team', name: 'apps' }),
      annotations: { [CHART_COMMIT_ANNOTATION]: 'c1' },
    };

    expect(chartSourceOf({ chart: { path: 'charts/web', git: '', ref: '' } }, metadata)).to.deep.equal({
      ...{ kind: 'own-commit', path: 'charts/web', skipDepUpdate: false },
      said: {
        release: 'shop/web',
        uid: 'u1',
        sync: { namespace: 'team', name: 'apps' },
        commit: 'c1',
        spec: { chart: { path: 'charts/web', git: '', ref: '' } },
      },
    });
    expect(chartSourceOf({ chart: { path: 'web', skipDepUpdate: true } }, { name: 'web' })).to.deep.equal({
      ...{ kind: 'own-commit', path: 'web', skipDepUpdate: true },
      said: {
        release: 'web',
        uid: undefined,
        sync: undefined,
        commit: undefined,
        spec: { chart: { path: 'web', skipDepUpdate: true } },
      },
    });
  });

  const wrong: readonly (readonly [string, ChartSpec, RegExp])[] = [
    [
      'nothing at all',
      {},
      /^spec\.chart has no source: set git and path .*, path alone .*, or repository, name and version/,
    ],
    [
      'a path and a ref without Git',
      { path: 'charts/web', ref: 'main' },
      /^spec\.chart\.ref is set, but spec\.chart\.git is not: set it to the repository, or remove ref/,
    ],
    [
      'a path and a Secret without Git',
      { path: 'charts/web', secretRef: { name: 'login' } },
      /^spec\.chart\.secretRef is set, but spec\.chart\.git is not/,
    ],
    [
      'Git without a path',
      { git: git.git },
      /^spec\.chart\.git is set, but spec\.chart\.path is not: set it/,
    ],
    ['a repository without a name', { ...repository, name: '' }, /spec\.chart\.name is not: set the name/],
    [
      'a repository without a version',
      { repository: repository.repository, name: 'web' },
      /spec\.chart\.version is not: set the version/,
    ],
    [
      'a registry without a version',
      { repository: 'oci://ghcr.io/org', name: 'web' },
      /spec\.chart\.version is not: set the version/,
    ],
    [
      'a registry without a chart',
      { repository: 'oci://ghcr.io/', version: '1.0.0' },
      /names a registry, but no chart in it: set spec\.chart\.name/,
    ],
    [
      'a plugin scheme',
      { ...repository, repository: 's3://key:secret@bucket/charts' },
      /^spec\.chart\.repository is a s3:\/\/ URL, and downloader plugins of Helm are not supported: serve/,
    ],
    ['the alias of a repository', { ...repository, repository: 'stable' }, /is no URL: set the URL/],
  ];
  for (const [what, chart, message] of wrong) {
    it(`refuses ${what} with the way out, and shows no secret`, () => {
      expect(() => chartSourceOf({ chart }, WEB))
        .to.throw(InvalidSpecError, message)
        .with.property('message')
        .that.does.not.contain('secret@');
    });
  }
});
