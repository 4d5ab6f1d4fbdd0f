import type { Row } from '../report/run.ts';
import type { ChartHost } from '../stage/chart-host.ts';
import type { Stage } from '../stage/stage.ts';
import { isGone, isReady, isRolledBack } from '../workload/fleet.ts';
import { CHANGES, helmRelease, names, valuesPatch } from '../workload/releases.ts';
import type { PhaseEnd } from '../measure/meter.ts';
import type { Scenario } from './scenario.ts';
import { noopPhases } from './noop.ts';

/** Every phase in the life of N releases of one chart. */
export const lifecycle: Scenario = {
  about: 'install, upgrade, no-op passes, idle, restart, rollback and uninstall of N releases of one chart',
  count: 100,
  run: async (stage, { count, idleSeconds }) => {
    const all = names(count);
    await stage.operator.start();
    await install(stage, all);
    await upgrade(stage, all);
    await noopPhases(stage, all, idleSeconds);
    await rollback(stage, all);
    await uninstall(stage, all);
  },
};

export async function install(
  stage: Stage,
  all: readonly string[],
  phase = 'install',
  host = stage.host,
): Promise<Row> {
  const { fleet, meter } = stage;
  return await meter.measure(phase, () =>
    counting(host, () =>
      fleet.change(all, (name) => ({ method: 'POST', body: helmRelease(name, host.chart) }), isReady),
    ),
  );
}

export async function upgrade(
  stage: Stage,
  all: readonly string[],
  phase = 'upgrade',
  host = stage.host,
): Promise<Row> {
  const { fleet, meter } = stage;
  const body = valuesPatch(CHANGES.upgrade);
  return await meter.measure(phase, () =>
    counting(host, () => fleet.change(all, () => ({ method: 'PATCH', body }), isReady)),
  );
}

/** An upgrade that fails half way, and the way back. */
async function rollback(stage: Stage, all: readonly string[]): Promise<void> {
  const { fleet, meter } = stage;
  const body = valuesPatch(CHANGES.refused, { rollback: { enable: true } });
  await meter.measure('failed upgrade and rollback', () =>
    fleet.change(all, () => ({ method: 'PATCH', body }), isRolledBack),
  );
}

export async function uninstall(stage: Stage, all: readonly string[], phase = 'uninstall'): Promise<void> {
  const { fleet, meter } = stage;
  await meter.measure(phase, () => fleet.change(all, () => ({ method: 'DELETE' }), isGone));
}

/** Adds what the chart source was asked for meanwhile. */
export async function counting(host: ChartHost, work: () => Promise<PhaseEnd>): Promise<PhaseEnd> {
  const before = host.fetches();
  const end = await work();
  const after = host.fetches();
  const lookups = after.lookups - before.lookups;
  return { ...end, more: { ...end.more, lookups, downloads: after.downloads - before.downloads } };
}
