import { expect } from 'chai';
import { describe, it } from 'mocha';
import { chartSourceOf } from '../../../../src/api/chart-source.ts';
import type { HelmReleaseSpec } from '../../../../src/api/helm-release.ts';
import type { KubeObject } from '../../../../src/kube/resource-type.ts';
import { ownChartIn, ownChartsOf } from '../../../../src/sync/desire/own-chart.ts';

const release = (chart: unknown, more: object = {}): KubeObject => ({
  ...{ apiVersion: 'helm.fluxcd.io/v1', kind: 'HelmRelease', metadata: { name: 'web' }, spec: { chart } },
  ...more,
});

describe('the chart in the commit of a manifest', () => {
  const charts: readonly HelmReleaseSpec['chart'][] = [
    { path: 'web' },
    { path: 'web', git: '', repository: '' },
    { path: 'web', version: '1.0.0', skipDepUpdate: true },
    { path: 'web', git: 'https://git.example.com/x' },
    { path: 'web', repository: 'https://charts.example.com', name: 'web', version: '1.0.0' },
  ];

  it('is there for those HelmReleases that will look for it', () => {
    for (const chart of charts) {
      const source = chartSourceOf({ chart }, { name: 'web' });
      const { path, skipDepUpdate } = source.kind === 'own-commit' ? source : {};
      expect(ownChartIn(release(chart))).to.deep.equal(
        path === undefined ? undefined : { path, skipDepUpdate },
      );
    }
  });

  it('is not there in whatever else there may be in Git', () => {
    const nothing = [
      undefined,
      null,
      'web',
      ['web'],
      {},
      { path: 1 },
      { path: '' },
      { path: null },
      { path: 'x'.repeat(5_000) },
    ];
    for (const chart of nothing) expect(ownChartIn(release(chart))).to.equal(undefined);
    for (const more of [{ kind: 'ConfigMap' }, { apiVersion: 'helm.toolkit.fluxcd.io/v2' }, { spec: 'x' }])
      expect(ownChartIn(release({ path: 'web' }, more))).to.equal(undefined);
  });

  it('is asked for once, however many releases are made of it', async () => {
    const asked: string[] = [];
    const identify = (charts: readonly { readonly path: string }[]): Promise<readonly string[]> => {
      asked.push(...charts.map(({ path }) => path));
      return Promise.resolve(charts.map(({ path }) => `identity of ${path}`));
    };
    const other = { object: release({ git: 'x', path: 'c' }) };
    const own = ['a', 'b', 'a'].map((path) => ({ object: release({ path }) }));
    const found = await ownChartsOf([...own, other], identify);

    expect(asked).to.deep.equal(['a', 'b']);
    expect(await ownChartsOf([other], () => Promise.reject(new Error('asked for nothing')))).to.have.property(
      'size',
      0,
    );
    expect([...found.values()]).to.deep.equal(['identity of a', 'identity of b']);
  });
});
