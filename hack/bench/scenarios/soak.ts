import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sizeOfFolder } from '../measure/folder.ts';
import { growthOf, type HeapProbe, openHeapProbe } from '../measure/heap.ts';
import { descriptorsOf, familyOf, pssOf } from '../measure/processes.ts';
import { type GitHost, startGitHost } from '../stage/chart-host.ts';
import type { Stage } from '../stage/stage.ts';
import { CHART_NAME, CHART_VERSION, chartFilesIn } from '../workload/chart-files.ts';
import { isReady } from '../workload/fleet.ts';
import { helmRelease, names } from '../workload/releases.ts';
import { type RandomChange, randomChanges } from './random-change.ts';
import type { Scenario } from './scenario.ts';

const CHANGE_EVERY_MS = 250;
const SAMPLES = 40;
/** By then every kind of change has been seen, and what is kept for good is there: from here on, for a fifth. */
const WARM_PART = 0.4;
const PART = 0.2;
/** A heap snapshot takes a hundred megabytes, which the process keeps: the last of the time is for two, and for nothing else. */
const SNAPSHOTS_PART = 0.2;
const COMMIT_EVERY_MS = 5_000;
/** One release of so many has the chart that changes all the time: of more, helm could not keep up. */
const MOVING_EVERY = 10;
const MOVING_BRANCH = 'next';
const SHOWN_CLASSES = 10;

const SEEN = ['pss', 'descriptors', 'children', 'folder', 'store', 'storeFiles'] as const;

/** Bytes, and numbers of things. */
type Sample = Readonly<Record<(typeof SEEN)[number] | 'seconds', number>> & {
  /** What is live after a collection. To collect by force is to change what is looked at: twice, and not more. */
  readonly heap?: number;
};

/** Twenty-four hours in small: does anything grow that should not? */
export const soak: Scenario = {
  about: 'constant random change over N releases and their Git chart: memory, descriptors, work folder',
  count: 200,
  run: async (stage, { count, seconds, seed }) => {
    const { fleet, meter, operator, dir } = stage;
    await using host = await startGitHost(join(dir, 'soak-host'));
    await commitVersion(host, 0);
    const chartOf = (name: string): object =>
      Number(name.split('-')[1]) % MOVING_EVERY === 0 ? { ...host.chart, ref: MOVING_BRANCH } : host.chart;
    const all = names(count);
    await operator.start([
      '--inspect-listen=127.0.0.1:0',
      '--git-poll-interval=10s',
      '--charts-sync-interval=60s',
    ]);
    using probe = await openHeapProbe(await inspectorPort(stage));
    await meter.measure('install', () =>
      fleet.change(all, (name) => ({ method: 'POST', body: helmRelease(name, chartOf(name)) }), isReady),
    );
    await meter.measure(`random change for ${String(seconds)} s`, async () => {
      const stop = new AbortController();
      const changing = change(stage, randomChanges(seed, all, chartOf), stop.signal);
      const committing = commitVersions(host, stop.signal);
      const samples = await observe(stage, probe, seconds).finally(() => {
        stop.abort();
      });
      const [changes, commits] = await Promise.all([changing, committing]);
      return { more: { changes, commits, ...summaryOf(samples) }, series: samples };
    });
  },
};

async function commitVersion(host: GitHost, number: number): Promise<void> {
  const files = await chartFilesIn(CHART_NAME);
  const path = `${CHART_NAME}/Chart.yaml`;
  const moved = files[path]?.replace(`version: ${CHART_VERSION}`, `version: 1.1.${String(number)}`) ?? '';
  await host.commit({ ...files, [path]: moved }, MOVING_BRANCH);
}

async function commitVersions(host: GitHost, signal: AbortSignal): Promise<number> {
  for (let commits = 0; ; commits += 1) {
    await sleep(COMMIT_EVERY_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return commits;
    await commitVersion(host, commits + 1);
  }
}

async function change(
  { fleet }: Stage,
  wanted: Generator<RandomChange, never>,
  signal: AbortSignal,
): Promise<number> {
  let changes = 0;
  for (const { name, send } of wanted) {
    if (signal.aborted) return changes;
    // One that is still on its way out can neither be changed nor be made again.
    const isThere = fleet.watch.get(name) !== undefined;
    if (isThere === (send.method !== 'POST')) {
      await fleet.send([name], () => send);
      changes += 1;
    }
    await sleep(CHANGE_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  return changes;
}

async function observe(stage: Stage, probe: HeapProbe, seconds: number): Promise<readonly Sample[]> {
  const begun = performance.now();
  const moment = (part: number) => sleep(Math.max(0, begun + part * seconds * 1000 - performance.now()));
  const samples: Sample[] = [];
  for (let number = 1; number <= SAMPLES; number += 1) {
    await moment((number / SAMPLES) * (1 - SNAPSHOTS_PART));
    const sample = await sampleOf(stage, (performance.now() - begun) / 1000);
    const isWarm = number === Math.round(SAMPLES * (WARM_PART + PART));
    // After the sample, so that its memory is what nobody has touched.
    samples.push(isWarm || number === SAMPLES ? { ...sample, heap: await probe.used() } : sample);
  }
  const before = await probe.snapshot();
  await moment(1);
  for (const [name, bytes, count] of growthOf(before, await probe.snapshot(), SHOWN_CLASSES))
    process.stderr.write(`    ${name}: ${String(bytes)} bytes, ${String(count)} more\n`);
  return samples;
}

async function sampleOf({ operator }: Stage, seconds: number): Promise<Sample> {
  const pid = operator.pid ?? 0;
  const store = await sizeOfFolder(operator.workDir, '/charts/store/');
  return {
    seconds,
    pss: pssOf(pid),
    descriptors: descriptorsOf(pid),
    children: familyOf(pid).length,
    folder: (await sizeOfFolder(operator.workDir)).bytes,
    ...{ store: store.bytes, storeFiles: store.files },
  };
}

/** The end beside the time when everything was warm: medians, because helm comes and goes. */
function summaryOf(samples: readonly Sample[]): Readonly<Record<string, number>> {
  const part = (from: number, to: number) => samples.slice(samples.length * from, samples.length * to);
  const [warm, end] = [part(WARM_PART, WARM_PART + PART), part(1 - PART, 1)];
  const summary: Record<string, number> = {};
  for (const key of [...SEEN, 'heap'] as const) {
    summary[`${key} warm`] = median(warm.flatMap((sample) => sample[key] ?? []));
    summary[`${key} at the end`] = median(end.flatMap((sample) => sample[key] ?? []));
  }
  return summary;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

async function inspectorPort({ operator }: Stage): Promise<number> {
  const port = /the inspector listens.*?:(\d+)"/.exec(await readFile(operator.log, 'utf8'))?.[1];
  if (port === undefined) throw new Error('the operator opened no inspector');
  return Number(port);
}
