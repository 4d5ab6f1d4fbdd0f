import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { sizeOfFolder } from '../measure/folder.ts';
import { growthOf, type HeapProbe, openHeapProbe } from '../measure/heap.ts';
import { descriptorsOf, familyOf, pssOf } from '../measure/processes.ts';
import type { Stage } from '../stage/stage.ts';
import { isReady } from '../workload/fleet.ts';
import { helmRelease, names } from '../workload/releases.ts';
import { randomChanges } from './random-change.ts';
import type { Scenario } from './scenario.ts';

const CHANGE_EVERY_MS = 250;
const SAMPLES = 40;
/** By then every kind of change has been seen, and what is kept for good is there. */
const WARM_PART = 0.4;
const SHOWN_CLASSES = 10;

/** Bytes, and numbers of things. The heap is what is live after a collection. */
type Sample = Readonly<Record<'seconds' | 'pss' | 'heap' | 'descriptors' | 'children' | 'folder', number>>;

/** Twenty-four hours in small: does anything grow that should not? */
export const soak: Scenario = {
  about: 'constant random change over N releases: memory, descriptors, children, work folder',
  count: 200,
  run: async (stage, { count, seconds, seed }) => {
    const { fleet, meter, host, operator } = stage;
    const all = names(count);
    await operator.start([
      '--inspect-listen=127.0.0.1:0',
      '--git-poll-interval=10s',
      '--charts-sync-interval=60s',
    ]);
    using probe = await openHeapProbe(await inspectorPort(stage));
    await meter.measure('install', () =>
      fleet.change(all, (name) => ({ method: 'POST', body: helmRelease(name, host.chart) }), isReady),
    );
    await meter.measure(`random change for ${String(seconds)} s`, async () => {
      const stop = new AbortController();
      const changing = change(stage, all, seed, stop.signal);
      const samples = await observe(stage, probe, seconds).finally(() => {
        stop.abort();
      });
      const changes = await changing;
      return { more: { changes, ...summaryOf(samples) }, series: samples };
    });
  },
};

async function change(
  { fleet, host }: Stage,
  all: readonly string[],
  seed: number,
  signal: AbortSignal,
): Promise<number> {
  let changes = 0;
  for (const { name, send } of randomChanges(seed, all, host.chart)) {
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
  const samples: Sample[] = [];
  let warm: Awaited<ReturnType<HeapProbe['snapshot']>> | undefined;
  for (let number = 1; number <= SAMPLES; number += 1) {
    await sleep(Math.max(0, begun + (number / SAMPLES) * seconds * 1000 - performance.now()));
    samples.push(await sampleOf(stage, probe, (performance.now() - begun) / 1000));
    if (number === Math.round(SAMPLES * WARM_PART)) warm = await probe.snapshot();
  }
  if (warm !== undefined) {
    for (const [name, bytes, count] of growthOf(warm, await probe.snapshot(), SHOWN_CLASSES))
      process.stderr.write(`    ${name}: ${String(bytes)} bytes, ${String(count)} more\n`);
  }
  return samples;
}

async function sampleOf({ operator }: Stage, probe: HeapProbe, seconds: number): Promise<Sample> {
  const pid = operator.pid ?? 0;
  return {
    seconds,
    pss: pssOf(pid),
    heap: await probe.used(),
    descriptors: descriptorsOf(pid),
    children: familyOf(pid).length,
    folder: await sizeOfFolder(operator.workDir),
  };
}

/** The end beside the time when everything was warm: medians, because helm comes and goes. */
function summaryOf(samples: readonly Sample[]): Readonly<Record<string, number>> {
  const part = (from: number, to: number) => samples.slice(samples.length * from, samples.length * to);
  const [warm, end] = [part(WARM_PART, WARM_PART + 0.2), part(0.8, 1)];
  const summary: Record<string, number> = {};
  for (const key of ['pss', 'heap', 'descriptors', 'children', 'folder'] as const) {
    summary[`${key} warm`] = median(warm.map((sample) => sample[key]));
    summary[`${key} at the end`] = median(end.map((sample) => sample[key]));
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
