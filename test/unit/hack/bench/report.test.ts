import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { againstHelmTable } from '../../../../hack/bench/report/against-helm.ts';
import { curves } from '../../../../hack/bench/report/curves.ts';
import { DOCS, pageWith, resultsIn } from '../../../../hack/bench/report/docs.ts';
import { createRecorder, keyOf, medians, readResults } from '../../../../hack/bench/report/results.ts';
import { goalsOf } from '../../../../hack/bench/report/goals.ts';
import { helmRuns, requestsOf, type Row, whoAsked } from '../../../../hack/bench/report/run.ts';
import { lineChart } from '../../../../hack/bench/report/svg.ts';
import { detailTable, markdownTable, phaseTable, requestTable } from '../../../../hack/bench/report/table.ts';
import { expectNothingDone } from '../../../../hack/bench/scenarios/commit.ts';
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

describe('the operator beside helm alone', () => {
  const cpu = { operator: 1, children: 2, apiServer: 9, etcd: 9 };

  it('is a ratio of wall time, and one of the CPU of operator and helm to that of the helm processes', () => {
    const rows = [
      row({ phase: 'install by helm alone', seconds: 8, cpu: { ...cpu, operator: 50 } }),
      row({ phase: 'install', seconds: 10, cpu }),
      row({ phase: 'upgrade', seconds: 10, cpu }),
    ];

    const [header, , line, ...others] = againstHelmTable({ rows }).trimEnd().split('\n');
    expect(header).to.match(/phase .* s helm alone .* operator .* ratio .* CPU-s helm alone/);
    const cells = line?.split('|').map((cell) => cell.trim());
    expect(cells?.slice(1, -1)).to.deep.equal(['install', '8.00', '10.00', '1.25', '2.00', '3.00', '1.50']);
    expect(others).to.deep.equal([]);
  });

  it('is not there where helm did nothing alone', () => {
    expect(againstHelmTable(run())).to.equal('');
  });

  it('is shown with the figures of such a run', async () => {
    const rows = [row({ phase: 'install by helm alone' }), row()];
    const page = await pageWith(
      '<!-- figures: written by npm run bench -- --write-docs -->\n<!-- end of figures -->\n',
      [run({ scenario: 'bare', rows })],
    );
    expect(page).to.contain('CPU-s helm alone');
  });
});

describe('the goals of a run', () => {
  const waiting = (seconds: number, more: Row['more'] = {}) =>
    goalsOf(run({ scenario: 'waiting', rows: [row({ seconds, more })] }));

  it('are told with what was reached', () => {
    expect(waiting(74.9, { changedOneReady: 5.1 })).to.deep.equal([
      'goal: all are ready within 75 s: after 74.9 s, met',
      'goal: one that changes meanwhile is ready within 5 s: after 5.1 s, not met',
    ]);
    expect(waiting(81)[0]).to.match(/after 81.0 s, not met$/);
    expect(waiting(81)[1]).to.match(/never, not met$/);
  });

  it('are those of waiting ones alone', () => {
    expect(goalsOf(run())).to.deep.equal([]);
  });
});

describe('a phase in which nothing may be done', () => {
  it('fails by a helm run or a write, and by no read', () => {
    expectNothingDone(row({ requests: { 'operator list secrets': 2, 'operator update leases': 3 } }));
    const runs = row({ helm: { mostAtOnce: 1, started: { package: 1 } } });
    expect(() => {
      expectNothingDone(runs);
    }).to.throw('cost 1 helm runs and 0 writes');
    const writes = row({ requests: { 'operator update helmreleases/status': 2 } });
    expect(() => {
      expectNothingDone(writes);
    }).to.throw('cost 0 helm runs and 2 writes');
  });
});

describe('recorded runs', () => {
  it('take the place of earlier ones of the same, and of no others', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'results-'));
    const path = join(dir, 'results.jsonl');
    try {
      const earlier = createRecorder(path);
      await earlier(run({ at: 'first' }));
      await earlier(run({ at: 'first', count: 500 }));
      const record = createRecorder(path);
      await record(run({ at: 'second' }));
      expect(await readResults(path)).to.have.length(2);
      await record(run({ at: 'third' }));

      const kept = (await readResults(path)).map(({ at, count }) => `${at} ${String(count)}`);
      expect(kept).to.deep.equal(['second 100', 'third 100', 'first 500']);
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  it('are none where nothing was recorded, and a file that cannot be read is an error', async () => {
    expect(await readResults(join(tmpdir(), 'no-such-results.jsonl'))).to.deep.equal([]);
    const failure = await readResults(tmpdir()).catch((error: unknown) => error);
    expect(failure).to.have.property('code', 'EISDIR');
  });

  it('are of the same only with the same helm, on as many cores, kept to the same ones', () => {
    const { machine } = run();
    const others = [{ helm: 'v3.22.0' }, { cores: 8 }, { pinned: '0' }];
    const keys = [machine, ...others.map((other) => ({ ...machine, ...other }))].map((each) =>
      keyOf(run({ machine: each })),
    );
    expect(new Set(keys).size).to.equal(4);
    expect(keyOf(run({ machine: { ...machine, memory: 1 } }))).to.equal(keys[0]);
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

    const collected = curves([
      run({ scenario: 'soak', rows: [row({ series: [{ seconds: 60, pss: 1e6 }, ...series.slice(1)] })] }),
    ]);
    expect(collected['soak']?.lines[1]?.points).to.have.length(2);
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
