import { setTimeout as sleep } from 'node:timers/promises';
import type { Meter } from '../measure/meter.ts';
import { helmRuns, requestsOf, type Row } from '../report/run.ts';
import { startGitHost } from '../stage/chart-host.ts';
import { CHART_NAME, chartFilesIn } from '../workload/chart-files.ts';
import { hasNewRevision } from '../workload/fleet.ts';
import { names } from '../workload/releases.ts';
import { counting, install } from './lifecycle.ts';
import type { Scenario } from './scenario.ts';

const LOOKUPS_ENDED = 'helm_release_operator_chart_fetches_total';
const POLL_MS = 200;
const TIMEOUT_MS = 60_000;
/** For whatever might follow a lookup that brought nothing new. */
const AFTERWARDS_MS = 5_000;
const VALUES = `${CHART_NAME}/values.yaml`;

/** One commit to a Git chart that many releases are made of, and one that does not concern them. */
export const commit: Scenario = {
  about: 'one commit to the Git chart of N releases, and one beside its path',
  count: 200,
  run: async (stage, { count }) => {
    const { fleet, meter, operator, dir } = stage;
    await using host = await startGitHost(dir);
    const all = names(count);
    await operator.start();
    await install(stage, all, 'install', host);

    const { [VALUES]: values = '' } = await chartFilesIn(CHART_NAME);
    await meter.measure('commit to the chart', () =>
      counting(host, async () => {
        await host.commit({ [VALUES]: values.replace('logLevel: info', 'logLevel: warn') });
        return await fleet.follow(all, () => operator.post('/api/v1/sync-git'), hasNewRevision);
      }),
    );

    const beside = await meter.measure('commit beside the chart', () =>
      counting(host, async () => {
        const ended = await lookupsEnded(meter);
        await host.commit({ 'README.md': 'nothing about the chart\n' });
        await operator.post('/api/v1/sync-git');
        const endedAt = await untilMoreLookups(meter, ended);
        await sleep(AFTERWARDS_MS);
        return { endedAt };
      }),
    );
    expectNothingDone(beside);
  },
};

async function lookupsEnded(meter: Meter): Promise<number> {
  return (await meter.read()).sum(LOOKUPS_ENDED);
}

/** A lookup ends after all that it fetches and packages. Gives the moment when that was seen. */
async function untilMoreLookups(meter: Meter, before: number): Promise<number> {
  const deadline = performance.now() + TIMEOUT_MS;
  while ((await lookupsEnded(meter)) === before) {
    if (performance.now() > deadline) throw new Error('the operator does not look at the repository');
    await sleep(POLL_MS);
  }
  return performance.now();
}

/** Throws if a phase ran helm, were it only to package, or wrote anything. */
export function expectNothingDone(row: Row): void {
  const [runs, writes] = [helmRuns(row), requestsOf(row, ['operator', 'helm'], 'writes')];
  if (runs + writes > 0)
    throw new Error(
      `"${row.phase}" cost ${String(runs)} helm runs and ${String(writes)} writes instead of none`,
    );
}
