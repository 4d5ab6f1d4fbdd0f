import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../report/run.ts';
import type { Stage } from '../stage/stage.ts';
import { hasHandled, isReady } from '../workload/fleet.ts';
import { RECONCILE_AT, reconcilePatch, valuesPatch } from '../workload/releases.ts';

const PASSES = 'helm_release_operator_pass_duration_seconds_count';
const POLL_MS = 200;
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
    await untilPasses(stage, all.length, 0);
    return { more: { ready } };
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
    await untilPasses(stage, all.length, (await meter.read()).sum(PASSES));
    return undefined;
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

/** Waits until so many passes have ended beside those that had before. */
async function untilPasses({ meter }: Stage, count: number, before: number): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  while ((await meter.read()).sum(PASSES) < before + count) {
    if (performance.now() > deadline) throw new Error('the operator makes no passes');
    // Of thousands of releases the metrics are megabytes, which cost the operator something too.
    await sleep(Math.max(POLL_MS, count / 5));
  }
}
