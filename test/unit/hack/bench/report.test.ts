import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { curves } from '../../../../hack/bench/report/curves.ts';
import { DOCS, pageWith, resultsIn } from '../../../../hack/bench/report/docs.ts';
import { medians, readResults, recordRuns } from '../../../../hack/bench/report/results.ts';
import { helmRuns, requestsOf, whoAsked } from '../../../../hack/bench/report/run.ts';
import { lineChart } from '../../../../hack/bench/report/svg.ts';
import { detailTable, markdownTable, phaseTable, requestTable } from '../../../../hack/bench/report/table.ts';
import { row, run } from './runs.ts';

const REQUESTS = {
  'operator list secrets': 8,
  'operator patch helmreleases': 2,
  'operator update leases': 5,
  'helm create secrets': 3,
  'bench create helmreleases': 9,
};

describe('what is counted of a phase', () => {
  it('is reads and writes of whom it is about, and no renewal of a Lease', () => {
    const phase = row({ requests: REQUESTS });

    expect(requestsOf(phase, ['operator'], 'reads')).to.equal(8);
    expect(requestsOf(phase, ['operator'], 'writes')).to.equal(2);
    expect(requestsOf(phase, ['helm'], 'all')).to.equal(3);
    expect(whoAsked(run({ rows: [phase] }))).to.deep.equal(['operator', 'helm']);
  });

  it('is helm runs of every kind', () => {
    expect(helmRuns(row({ helm: { mostAtOnce: 2, started: { upgrade: 3, rollback: 3 } } }))).to.equal(6);
    expect(helmRuns(row())).to.equal(0);
  });
});

describe('tables of a run', () => {
  it('have a line for each phase, each request and each detail', () => {
    const phases = run({
      rows: [row({ requests: REQUESTS, more: { lookups: 1 } }), row({ phase: 'upgrade' })],
    });

    expect(phaseTable(phases).split('\n')).to.have.length(2 + 2 + 1);
    expect(detailTable(phases)).to.contain('| install | lookups |     1 |');
    const requests = requestTable(phases, ['operator']);
    expect(requests).to.match(/\| operator \| list +\| secrets +\| +8 \| +\|/);
    expect(requests).not.to.contain('| helm ');
  });

  it('have columns of one width, with numbers to the right', () => {
    const lines = markdownTable(
      ['what', 'n'],
      [
        ['a', '1'],
        ['longer', '10'],
      ],
    );
    expect(lines).to.equal(
      ['| what   |   n |', '| ------ | --: |', '| a      |   1 |', '| longer |  10 |', ''].join('\n'),
    );
  });
});

describe('recorded runs', () => {
  it('take the place of earlier ones of the same, and of no others', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'results-'));
    const path = join(dir, 'results.jsonl');
    try {
      await recordRuns(path, [run({ at: 'first' }), run({ at: 'first', count: 500 })]);
      await recordRuns(path, [run({ at: 'second' }), run({ at: 'third' })]);

      const kept = (await readResults(path)).map(({ at, count }) => `${at} ${String(count)}`);
      expect(kept).to.deep.equal(['second 100', 'third 100', 'first 500']);
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  it('are shown by the one in the middle of its repetitions', () => {
    const taking = (seconds: number) => run({ rows: [row({ seconds })] });

    const [shown, ...others] = medians([taking(9), taking(1), taking(2)]);

    expect(shown?.rows[0]?.seconds).to.equal(2);
    expect(others).to.deep.equal([]);
  });
});

describe('the curves', () => {
  const sizes = [100, 1_000, 10_000].map((count) =>
    run({
      count,
      rows: [row({ seconds: count / 10, memory: { peak: count * 1e5, operator: count * 1e4 } })],
    }),
  );

  it('are drawn when there is more than one size', () => {
    expect(Object.keys(curves(sizes))).to.deep.equal(['time', 'cpu', 'memory']);
    expect(curves(sizes.slice(1, 2))).to.deep.equal({});
  });

  it('are straight where time grows as the number of releases does', () => {
    const { time } = curves(sizes);
    expect(time?.lines[0]).to.deep.equal({
      name: 'install',
      points: [
        [100, 10],
        [1_000, 100],
        [10_000, 1_000],
      ],
    });
    const svg = lineChart(time ?? { title: '', x: '', y: '', lines: [] });
    const [a = [], b = [], c = []] = [...svg.matchAll(/cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [
      Number(x),
      Number(y),
    ]);
    const slope = ([x1 = 0, y1 = 0]: readonly number[], [x2 = 0, y2 = 0]: readonly number[]) =>
      (y2 - y1) / (x2 - x1);
    expect(slope(a, b)).to.be.closeTo(slope(b, c), 0.01);
  });

  it('show the memory of a soak over its time, from zero', () => {
    const series = [1, 2, 3].map((minute) => ({ seconds: minute * 60, pss: 150e6, heap: 30e6 }));
    const { soak } = curves([run({ scenario: 'soak', rows: [row({ series })] })]);
    if (soak === undefined) throw new Error('there is no such picture');

    expect(soak.lines[0]?.points).to.deep.equal([
      [1, 150],
      [2, 150],
      [3, 150],
    ]);
    const heights = [...lineChart(soak).matchAll(/class="c0 dot" cx="[\d.]+" cy="([\d.]+)"/g)].map(
      ([, y]) => y,
    );
    expect(new Set(heights).size).to.equal(1);
    expect(lineChart(soak)).to.match(/text-anchor="end">0</);
  });

  it('have colours for light and for dark, and nothing that a browser would refuse', () => {
    const svg = lineChart({
      title: 'a < b & "c"',
      x: 'x',
      y: 'y',
      lines: [
        {
          name: 'one',
          points: [
            [1, 1],
            [10, 5],
          ],
        },
      ],
    });

    expect(svg).to.contain('@media (prefers-color-scheme: dark)');
    expect(svg).to.contain('a &lt; b &amp; &quot;c&quot;');
    expect(svg).not.to.match(/NaN|undefined|Infinity/);
  });

  it('can be read on white and on black: each colour has the contrast that text needs', () => {
    const svg = lineChart({ title: 't', x: 'x', y: 'y', lines: [] });
    for (const style of svg.split('@media')) {
      const paper = /paper \{ fill: (#\w+)/.exec(style)?.[1] ?? '';
      const inks = [...style.matchAll(/(?:text \{[^}]*|label \{ )fill: (#\w+)/g)].map(([, ink = '']) => ink);
      expect(inks).to.have.length(9);
      for (const ink of inks) expect(contrast(paper, ink), `${ink} on ${paper}`).to.be.at.least(4.5);
    }
  });

  it('name their lines so that the names stay on the picture', () => {
    for (const { lines } of Object.values(curves(sizes)))
      for (const { name } of lines) expect(name.length, name).to.be.at.most(21);
  });

  it('keep the names of lines apart that end at the same place', () => {
    const line = (name: string) => ({
      name,
      points: [
        [1, 1],
        [10, 5],
      ] as const,
    });
    const svg = lineChart({ title: 't', x: 'x', y: 'y', lines: ['a', 'b', 'c'].map(line) });

    const heights = [...svg.matchAll(/label" x="[\d.]+" y="([\d.]+)"/g)].map(([, y]) => Number(y));
    expect(heights).to.have.length(3);
    for (const [at, y] of heights.slice(1).entries()) expect(y - (heights[at] ?? 0)).to.be.at.least(14);
  });
});

/** As the Web Content Accessibility Guidelines measure it: 1 for the same, 21 for black on white. */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe('docs/benchmark.md', () => {
  it('shows what docs/benchmark/results.jsonl says: npm run bench -- --write-docs', async function () {
    this.timeout(30_000);
    const page = await readFile(DOCS.page, 'utf8');
    const runs = await readResults(resultsIn(DOCS));

    expect(runs).not.to.deep.equal([]);
    expect((await pageWith(page, runs)) === page, 'docs/benchmark.md is as recorded').to.equal(true);
    for (const [name, chart] of Object.entries(curves(medians(runs)))) {
      expect(await readFile(join(DOCS.folder, `${name}.svg`), 'utf8')).to.equal(lineChart(chart));
    }
  });
});
