import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { HelmReleaseSpec } from '../../../../src/api/helm-release.ts';
import { settingsOf } from '../../../../src/api/settings.ts';
import type { Chart } from '../../../../src/charts/chart.ts';
import { insecureSources } from '../../../../src/release/record/insecure-sources.ts';

const CHART: Chart = {
  ...{ name: 'web', version: '1.0.0', revision: '1.0.0', digest: 'abc', path: '/web.tgz' },
  ...{ hooks: 'none', crds: [], bytes: 1_000 },
};

const found = (
  spec: Partial<HelmReleaseSpec>,
  chart: Partial<Chart> = {},
  before: readonly string[] = [],
): readonly string[] | undefined => {
  const settings = settingsOf({
    ...{ apiVersion: 'helm.fluxcd.io/v1', kind: 'HelmRelease', metadata: { name: 'web', namespace: 'shop' } },
    spec: { chart: { repository: 'https://example.com', name: 'web', version: '1' }, ...spec },
  });
  const status = insecureSources(
    { insecureSources: [...before] },
    { settings, chart: { ...CHART, ...chart } },
  );
  return status.insecureSources;
};
const from = (...urls: readonly string[]): Partial<HelmReleaseSpec> => ({
  valuesFrom: urls.map((url) => ({ externalSourceRef: { url } })),
});

describe('the sources that anybody on the way could change', () => {
  it('are named with the chart and the values, without secrets', () => {
    const chart = { git: 'http://me:s3cret@git.example.com/app?s3cret', path: 'web' };

    expect(found({ chart, ...from('http://example.com/v.yaml?t=s3cret') }, { insecure: true })).to.deep.equal(
      ['chart from http://git.example.com/app', 'values from http://example.com/v.yaml'],
    );
  });

  it('are forgotten once there are none', () => {
    const safe = from('https://example.com/v.yaml', 'http://127.0.0.1:8080/v.yaml');

    expect(found(safe, {}, ['chart from http://example.com'])).to.equal(undefined);
  });
});
