import type { Row, Run } from './run.ts';
import type { Chart, Line } from './svg.ts';

/** Phases of which the number of releases is all that differs between runs. */
const PHASES = [
  'install',
  'upgrade',
  'uninstall',
  'start and take over',
  'restart',
  'no-op by annotation',
  'no-op by resync',
];

/** The pictures: how time, CPU and memory grow with the number of releases, and how memory goes on in a soak. */
export function curves(runs: readonly Run[]): Readonly<Record<string, Chart>> {
  return { ...growth(runs), ...soak(runs) };
}

function growth(runs: readonly Run[]): Readonly<Record<string, Chart>> {
  const ours = runs.filter(
    ({ subject, source, scenario }) =>
      subject === 'operator' && source === 'git' && (scenario === 'lifecycle' || scenario === 'many'),
  );
  if (new Set(ours.map(({ count }) => count)).size < 2) return {};
  const x = 'HelmReleases';
  return {
    time: { title: 'Wall time of a phase', x, y: 'seconds', lines: lines(ours, ({ seconds }) => seconds) },
    cpu: {
      title: 'CPU of operator and helm in a phase',
      x,
      y: 'CPU-seconds',
      lines: lines(ours, ({ cpu }) => cpu.operator + cpu.children),
    },
    memory: {
      title: 'Proportional memory, at most',
      x,
      y: 'MB',
      lines: [
        highest('operator and children', ours, ({ memory }) => memory.peak / 1e6),
        highest('operator alone', ours, ({ memory }) => memory.operator / 1e6),
      ],
    },
  };
}

/** Where two scenarios have the same phase with as many releases, that of the first counts. */
function lines(runs: readonly Run[], value: (row: Row) => number): readonly Line[] {
  return PHASES.map((phase) => {
    const points = new Map<number, number>();
    for (const { count, rows } of runs) {
      const row = rows.find((each) => each.phase === phase);
      if (row !== undefined && value(row) > 0 && !points.has(count)) points.set(count, value(row));
    }
    return { name: phase, points: [...points].toSorted(([a], [b]) => a - b) };
  }).filter(({ points }) => points.length > 1);
}

/** The most of all phases of all runs of one size. */
function highest(name: string, runs: readonly Run[], value: (row: Row) => number): Line {
  const points = [...Map.groupBy(runs, ({ count }) => count)].map(
    ([count, group]) => [count, Math.max(...group.flatMap(({ rows }) => rows.map(value)))] as const,
  );
  return { name, points: points.toSorted(([a], [b]) => a - b) };
}

/** Of the largest one. */
function soak(runs: readonly Run[]): Readonly<Record<string, Chart>> {
  const largest = runs.filter(({ scenario }) => scenario === 'soak').toSorted((a, b) => b.count - a.count)[0];
  const series = largest?.rows.find((row) => row.series !== undefined)?.series;
  if (largest === undefined || series === undefined) return {};
  const line = (name: string, key: string): Line => ({
    name,
    points: series.flatMap(({ seconds = 0, [key]: bytes }) =>
      bytes === undefined ? [] : [[seconds / 60, bytes / 1e6] as const],
    ),
  });
  return {
    soak: {
      title: `Memory of the operator, constant change over ${String(largest.count)} releases`,
      ...{ x: 'minutes', y: 'MB', axes: 'linear' },
      lines: [line('proportional', 'pss'), line('live heap', 'heap')],
    },
  };
}
