import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Run } from './run.ts';

/** Every run whose figures are shown, one JSON object a line. */
export async function readResults(path: string): Promise<readonly Run[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Run);
}

/** What the person asked for takes the place of what was measured of the same before; all else stays. */
export async function recordRuns(path: string, runs: readonly Run[]): Promise<void> {
  const measured = new Set(runs.map(keyOf));
  const kept = (await readResults(path)).filter((run) => !measured.has(keyOf(run)));
  const sorted = [...kept, ...runs].toSorted(byKey);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, sorted.map((run) => `${JSON.stringify(rounded(run))}\n`).join(''));
}

/** Runs of the same are repetitions. */
export function keyOf({ scenario, subject, source, slots, count }: Run): string {
  return [scenario, subject, source, String(slots), String(count)].join(' ');
}

/** Of each group of repetitions the one in the middle, by all its time. */
export function medians(runs: readonly Run[]): readonly Run[] {
  return [...Map.groupBy(runs, keyOf).values()].map((group) => {
    const sorted = group.toSorted((a, b) => secondsOf(a) - secondsOf(b));
    const middle = sorted[Math.floor((sorted.length - 1) / 2)];
    if (middle === undefined) throw new RangeError('a group has at least one run');
    return middle;
  });
}

function secondsOf({ rows }: Run): number {
  return rows.reduce((sum, { seconds }) => sum + seconds, 0);
}

function byKey(a: Run, b: Run): number {
  const order = (run: Run): readonly string[] => [run.scenario, run.subject, run.source];
  return (
    order(a).join(' ').localeCompare(order(b).join(' ')) || a.count - b.count || a.at.localeCompare(b.at)
  );
}

/** What comes after a thousandth of anything here is noise. */
function rounded(run: Run): Run {
  const text = JSON.stringify(run, (_, value: unknown) =>
    typeof value === 'number' ? Math.round(value * 1000) / 1000 : value,
  );
  return JSON.parse(text) as Run;
}
