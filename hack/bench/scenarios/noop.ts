import { setTimeout as sleep } from 'node:timers/promises';
import { cpuOf } from '../measure/processes.ts';
import type { Row } from '../report/run.ts';
import type { Stage } from '../stage/stage.ts';
import { hasHandled, isReady } from '../workload/fleet.ts';
import { RECONCILE_AT, reconcilePatch, valuesPatch } from '../workload/releases.ts';

const PASSES = 'helm_release_operator_pass_duration_seconds_count';
const QUEUED = 'helm_release_operator_queue_length';
const LOOK_MS = 100;
/** A process that uses less than this is waiting for something. */
const QUIET_CPU_SECONDS = 0.02;
const QUIET_MS = 500;
const TIMEOUT_MS = 600_000;

/** Everything that makes the operator look at releases which are as they should be. */
export async function noopPhases(stage: Stage, all: readonly string[], idleSeconds: number): Promise<void> {
  await byAnnotation(stage, all);
  await idle(stage, idleSeconds);
  await byRestart(stage, all);
  await byResync(stage, all);
  await changedBeforeStart(stage, all);
}

export async function byAnnotation({ fleet, meter }: Stage, all: readonly string[]): Promise<Row> {
  const token = String(performance.now());
  const body = reconcilePatch(RECONCILE_AT, token);
  return await meter.measure('no-op by annotation', () =>
    fleet.change(all, () => ({ method: 'PATCH', body }), hasHandled(token)),
  );
}

async function idle({ meter }: Stage, seconds: number): Promise<void> {
  await meter.measure(`idle ${String(seconds)} s`, async () => {
    await sleep(seconds * 1000);
    return undefined;
  });
}

async function byRestart(stage: Stage, all: readonly string[]): Promise<void> {
  const { operator, meter } = stage;
  await operator.stop();
  await meter.measure('restart', async () => {
    const ready = await operator.start();
    return { endedAt: await untilPasses(stage, all.length, 0), more: { ready } };
  });
}

/** The interval by which everything is looked at again, as short as the passes of all allow. */
async function byResync(stage: Stage, all: readonly string[]): Promise<void> {
  const { operator, meter } = stage;
  await operator.stop();
  const seconds = Math.max(5, Math.ceil(all.length / 50));
  await operator.start([`--charts-sync-interval=${String(seconds)}s`]);
  await untilPasses(stage, all.length, 0);
  await meter.measure('no-op by resync', async () => {
    const before = (await meter.read()).sum(PASSES);
    return { endedAt: await untilPasses(stage, all.length, before) };
  });
  await operator.stop();
}

/** A change that was made while no operator ran: how soon it is seen among all that is unchanged. */
async function changedBeforeStart(stage: Stage, all: readonly string[]): Promise<void> {
  const { operator, meter, fleet } = stage;
  const name = all.at(-1) ?? '';
  await meter.measure('restart with one changed', async () => {
    const body = valuesPatch({ logLevel: 'debug' });
    const change = fleet.change([name], () => ({ method: 'PATCH', body }), isReady);
    const begun = performance.now();
    const ready = await operator.start();
    const { endedAt = 0 } = await change;
    return { endedAt, more: { ready, changedOneReady: (endedAt - begun) / 1000 } };
  });
}

/**
 * Waits until so many passes have ended beside those that had before, and no release is left in the queue. Gives the
 * moment when the operator came to rest. To ask it is to have it write megabytes where there are thousands of
 * releases, so it is not asked before its process is quiet.
 */
async function untilPasses({ meter, operator }: Stage, count: number, before: number): Promise<number> {
  const deadline = performance.now() + TIMEOUT_MS;
  for (;;) {
    const restedAt = await untilQuiet(operator.pid ?? 0, deadline);
    const told = await meter.read();
    if (told.sum(PASSES) >= before + count && told.sum(QUEUED) === 0) return restedAt;
    if (performance.now() > deadline) throw new Error('the operator makes no passes');
  }
}

/** Looks from outside, which costs the process nothing. Gives the moment when the quiet began. */
async function untilQuiet(pid: number, deadline: number): Promise<number> {
  let [since, used] = [performance.now(), cpuOf(pid).own];
  while (performance.now() < since + QUIET_MS) {
    if (performance.now() > deadline) throw new Error('the operator does not come to rest');
    await sleep(LOOK_MS);
    const now = cpuOf(pid).own;
    if (now - used >= QUIET_CPU_SECONDS) [since, used] = [performance.now(), now];
  }
  return since;
}
