import { expect } from 'chai';
import { describe, it } from 'mocha';
import { DASHBOARDS } from '../../../hack/dashboards/all.ts';
import { answersTo } from '../../../hack/dashboards/answers.ts';
import { drawPicture } from '../../../hack/dashboards/pictures/picture.ts';
import { shownValue } from '../../../hack/dashboards/pictures/units.ts';
import type { ShownDashboard } from '../../../hack/dashboards/shown.ts';

const VARIABLES = {
  ...{ datasource: 'it', namespace: 'a<b', name: 'web', instance: 'one', __rate_interval: '1m' },
  ...{ target_namespace: 'apps', release: 'apps-web' },
};
const LABELS = {
  namespace: 'a<b',
  name: 'web',
  phase: 'Succeeded',
  release_name: 'apps-web',
  action: 'upgrade',
};

/** Every query has the same answer: two points, of which the second is `value`. */
const answering = (value: number) => ({
  query: () => Promise.resolve([{ labels: LABELS, value }]),
  range: () =>
    Promise.resolve([
      {
        labels: LABELS,
        points: [
          [1_767_225_600, 0],
          [1_767_225_601, value],
        ] as const,
      },
    ]),
});

describe('the picture of a dashboard', () => {
  for (const [name, build] of Object.entries(DASHBOARDS)) {
    const dashboard = JSON.parse(JSON.stringify(build())) as ShownDashboard;

    it(`of ${name} shows every panel by its title, and what its queries gave`, async () => {
      const svg = drawPicture(dashboard, await answersTo(dashboard, VARIABLES, answering(1)), 'a note');

      for (const { title } of dashboard.panels)
        expect(svg).to.include(`>${title.slice(0, 12).replaceAll('&', '&amp;')}`);
      expect(svg)
        .to.include('>a note<')
        .and.to.not.match(/NaN|undefined|Infinity/);
      expect(svg).to.include('prefers-color-scheme: dark');
      expect(svg.match(/<svg /g)).to.have.length(1);
      expect(svg).to.not.include('a<b');
    });

    it(`of ${name} says where there is nothing`, async () => {
      const nothing = { query: () => Promise.resolve([]), range: () => Promise.resolve([]) };
      const svg = drawPicture(dashboard, await answersTo(dashboard, VARIABLES, nothing), '');

      expect(svg)
        .to.include('No data')
        .and.to.not.match(/NaN|undefined|Infinity/);
    });
  }

  it('has numbers in their units', () => {
    const shown = [
      shownValue(0.25, 's'),
      shownValue(90, 's'),
      shownValue(7_200, 's', 0),
      shownValue(3 * 1024 ** 2, 'bytes'),
      shownValue(2_048, 'Bps'),
      shownValue(0.5, 'percentunit'),
      shownValue(0, 'bool_yes_no'),
      shownValue(1_767_225_600_000, 'dateTimeAsIso'),
      shownValue(12, 'short'),
    ];
    expect(shown).to.deep.equal([
      ...['250 ms', '1.5 min', '2 h', '3 MiB', '2 KiB/s', '50 %', 'No', '2026-01-01 00:00:00', '12'],
    ]);
  });
});
