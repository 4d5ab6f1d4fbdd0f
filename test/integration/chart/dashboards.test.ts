import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { CHART, NAMESPACE, render, type Rendered } from './chart.ts';

const FOLDER = join(CHART, 'dashboards');

describe('the dashboards of the chart', function () {
  this.timeout(30_000);

  const made = async (dashboards: object, program?: 'helm3'): Promise<readonly Rendered[]> => {
    const objects = await render({ dashboards }, 'helm-operator', program);
    return objects.filter(({ metadata }) => metadata.labels?.['grafana_dashboard'] !== undefined);
  };

  it('are not there unless they are asked for', async () => {
    expect(await made({})).to.deep.equal([]);
  });

  for (const program of [undefined, 'helm3'] as const) {
    it(`are ConfigMaps as they were in the chart of 1.4.4, made by ${program ?? 'helm'}, each with what its file says`, async () => {
      const files = (await readdir(FOLDER)).toSorted();
      const maps = await made({ enabled: true }, program);

      expect(maps.map(({ metadata }) => metadata.name)).to.have.members([
        'dashboard-helm-operator',
        'dashboard-helm-operator-fleet',
        'dashboard-helm-operator-operator',
        'dashboard-helm-operator-release',
      ]);
      expect(files).to.have.length(maps.length);
      for (const { metadata, data = {} } of maps) {
        expect(metadata.namespace).to.equal(NAMESPACE);
        expect(metadata.labels).to.include({ grafana_dashboard: '1', app: 'helm-operator' });
        const [[key, text] = ['', '']] = Object.entries(data);
        expect(Object.keys(data)).to.have.length(1);
        expect(key).to.equal(`${metadata.name.replace(/^dashboard-/, '')}.json`);
        const file = key === 'helm-operator.json' ? key : key.replace(/^helm-operator-/, '');
        expect(JSON.parse(text)).to.deep.equal(JSON.parse(await readFile(join(FOLDER, file), 'utf8')));
      }
    });
  }

  it('have the namespace and the beginning of the name that the values say', async () => {
    const annotations = { grafana_folder: 'Platform' };
    const maps = await made({ enabled: true, namespace: 'monitoring', nameprefix: 'flux', annotations });

    expect(new Set(maps.map(({ metadata }) => metadata.namespace))).to.deep.equal(new Set(['monitoring']));
    expect(maps.map(({ metadata }) => metadata.name)).to.include('flux-helm-operator');
    for (const { metadata } of maps) expect(metadata.annotations).to.deep.equal(annotations);
  });

  it('have names that Kubernetes takes if the values say nothing', async () => {
    const maps = await made({ enabled: true, namespace: null, nameprefix: '' });

    expect(maps.map(({ metadata }) => metadata.name)).to.include('dashboard-helm-operator');
    expect(maps.map(({ metadata }) => metadata.namespace)).to.include(NAMESPACE);
  });
});
