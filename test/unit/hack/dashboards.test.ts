import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { DASHBOARDS, dashboardFiles } from '../../../hack/dashboards/all.ts';
import {
  legendOf,
  type ShownDashboard,
  type ShownPanel,
  withVariables,
} from '../../../hack/dashboards/shown.ts';
import { measureFamilies } from '../../../hack/metrics/families.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';

const SCRIPT = fileURLToPath(new URL('../../../hack/dashboards/main.ts', import.meta.url));
const FOLDER = new URL('../../../charts/helm-release-operator/dashboards/', import.meta.url);
const WORDS = /\b(?:helmrelease|helm_release_operator|flux|process|nodejs)_\w+/g;
/** Variables that Grafana itself sets. */
const BUILT_IN = ['__rate_interval', '__data', '__all'];

it('npm run dashboards finds that what is committed is what the code says', () => {
  const { status, stderr } = spawnSync(process.execPath, [SCRIPT, '--check'], { encoding: 'utf8' });

  expect(stderr).to.equal('');
  expect(status).to.equal(0);
});

for (const name of Object.keys(DASHBOARDS)) {
  describe(`the dashboard ${name}`, () => {
    let dashboard: ShownDashboard;
    let panels: readonly ShownPanel[];
    let text: string;

    before(async () => {
      text = await readFile(new URL(`${name}.json`, FOLDER), 'utf8');
      dashboard = JSON.parse(text) as ShownDashboard;
      panels = dashboard.panels.filter(({ type }) => type !== 'row');
    });

    it('has panels, each with a number, a title, a description, a unit and a query of its own', () => {
      const ids = dashboard.panels.map(({ id }) => id);
      expect(new Set(ids).size).to.equal(ids.length);
      expect(panels.length).to.be.above(5);
      expect(new Set(panels.map(({ title }) => title)).size, 'titles').to.equal(panels.length);
      for (const { title, description = '', targets = [], fieldConfig, datasource } of panels) {
        expect(title, 'title').to.match(/^[A-Z0-9h]/);
        expect(description, title).to.match(/^.{15,}\.$/);
        expect(targets, title).not.to.deep.equal([]);
        expect(new Set(targets.map(({ refId }) => refId)).size, title).to.equal(targets.length);
        expect(
          targets.map(({ expr }) => expr.trim()),
          title,
        ).not.to.include('');
        if (datasource?.type === 'prometheus') expect(fieldConfig?.defaults.unit, title).to.be.a('string');
      }
    });

    it('has its panels on the grid of 24 columns, none over another', () => {
      const taken = new Map<string, string>();
      for (const { title, gridPos } of dashboard.panels) {
        const { x, y, w, h } = gridPos;
        expect(x + w, title).to.be.at.most(24);
        for (let column = x; column < x + w; column += 1) {
          for (let line = y; line < y + h; line += 1) {
            const place = `${String(column)} ${String(line)}`;
            expect(taken.get(place), `${title} lies over`).to.equal(undefined);
            taken.set(place, title);
          }
        }
      }
    });

    it('leaves no hole between panels', () => {
      const rows = Map.groupBy(panels, ({ gridPos }) => gridPos.y);
      for (const [line, group] of rows) {
        const width = group.reduce((sum, { gridPos }) => sum + gridPos.w, 0);
        expect(width, `line ${String(line)}: ${group.map(({ title }) => title).join(', ')}`).to.equal(24);
      }
    });

    it('asks the data source that was chosen, by variables that it has', () => {
      const known = [...dashboard.templating.list.map((variable) => variable.name), ...BUILT_IN];
      const used = [...text.matchAll(/\$(?:\{(\w+)[^}]*\}|(\w+))/g)].map(
        ([, braced, bare]) => braced ?? bare,
      );
      expect(known).to.include('datasource');
      expect([...new Set(used)].filter((variable) => !known.includes(variable ?? ''))).to.deep.equal([]);
      for (const { targets = [], datasource, title } of panels) {
        expect(datasource?.uid, title).to.match(/^\$\{(datasource|DS_LOKI)\}$/);
        for (const target of targets as readonly { readonly datasource?: object }[])
          expect(target.datasource, title).to.deep.equal(datasource);
      }
    });

    it('asks only for metrics that there are', async () => {
      const ours = (await measureFamilies()).flatMap(({ name: metric, type }) =>
        type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => metric + end) : [metric],
      );
      const process = (await createMetrics({ process: true }).text()).matchAll(/^# TYPE (\S+)/gm);
      const there = new Set([...ours, ...[...process].map(([, metric]) => metric)]);
      const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
      const asked = queries.flatMap((expr) => expr.match(WORDS) ?? []);
      expect(asked.length).to.be.above(3);
      expect(asked.filter((metric) => !there.has(metric))).to.deep.equal([]);
    });
  });
}

describe('the dashboards', () => {
  it('are four files with addresses of their own, that of Helm Operator among them', () => {
    expect([...dashboardFiles().keys()].map((file) => file.split('/').at(-1))).to.deep.equal([
      'fleet.json',
      'release.json',
      'operator.json',
      'helm-operator.json',
    ]);
    const uids = Object.values(DASHBOARDS).map((build) => build().uid);
    expect(new Set(uids).size).to.equal(4);
    expect(uids).to.include('Q2SrQyMGk');
  });

  it('are asked with values for their variables, and never without', () => {
    expect(withVariables('a{b="$name"}[$__range] ${name}', { name: 'x', __range: '1m' })).to.equal(
      'a{b="x"}[1m] x',
    );
    expect(() => withVariables('a{b="$name"}', {})).to.throw('the variable name has no value');
  });

  it('name series by their labels', () => {
    const target = { refId: 'A', expr: 'up', legendFormat: '{{ a }}/{{b}}' };
    expect(legendOf(target, { a: '1', b: '2' })).to.equal('1/2');
  });
});
