import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Run } from './run.ts';

/** Every run whose figures are shown, one JSON object a line. */
export async function readResults(path: string): Promise<readonly Run[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  });
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Run);
}

/**
 * Writes down one run after the other, so that those before are kept when one fails. The first of its kind takes the
 * place of what was measured of the same before; all else stays.
 */
export function createRecorder(path: string): (run: Run) => Promise<void> {
  const measured = new Set<string>();
  return async (run) => {
    const key = keyOf(run);
    const before = await readResults(path);
    const kept = measured.has(key) ? before : before.filter((each) => keyOf(each) !== key);
    const sorted = [...kept, run].toSorted(byKey);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, sorted.map((each) => `${JSON.stringify(rounded(each))}\n`).join(''));
    measured.add(key);
  };
}

/** Runs of the same, on the same, are repetitions. */
export function keyOf({ scenario, subject, source, slots, count, machine }: Run): string {
  const on = [machine.helm, String(machine.cores), machine.pinned ?? ''];
  return [scenario, subject, source, String(slots), String(count), ...on].join(' ');
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
