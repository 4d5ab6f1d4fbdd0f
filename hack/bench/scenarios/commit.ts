import { setTimeout as sleep } from 'node:timers/promises';
import { startGitHost } from '../stage/chart-host.ts';
import { CHART_NAME, chartFilesIn } from '../workload/chart-files.ts';
import { hasNewRevision, isReady } from '../workload/fleet.ts';
import { helmRelease, names } from '../workload/releases.ts';
import type { Scenario } from './scenario.ts';

const POLL_MS = 50;
const VALUES = `${CHART_NAME}/values.yaml`;

/** One commit to a Git chart that many releases are made of, and one that does not concern them. */
export const commit: Scenario = {
  about: 'one commit to the Git chart of N releases, and one beside its path',
  count: 200,
  run: async ({ fleet, meter, operator, dir }, { count }) => {
    await using host = await startGitHost(dir);
    const all = names(count);
    const since = (before: ReturnType<typeof host.fetches>) => ({
      lookups: host.fetches().lookups - before.lookups,
      downloads: host.fetches().downloads - before.downloads,
    });
    await operator.start();
    await meter.measure('install', () =>
      fleet.change(all, (name) => ({ method: 'POST', body: helmRelease(name, host.chart) }), isReady),
    );

    const { [VALUES]: values = '' } = await chartFilesIn(CHART_NAME);
    await meter.measure('commit to the chart', async () => {
      const before = host.fetches();
      await host.commit({ [VALUES]: values.replace('logLevel: info', 'logLevel: warn') });
      const end = await fleet.follow(all, () => operator.post('/api/v1/sync-git'), hasNewRevision);
      return { ...end, more: since(before) };
    });

    await meter.measure('commit beside the chart', async () => {
      const before = host.fetches();
      await host.commit({ 'README.md': 'nothing about the chart\n' });
      await operator.post('/api/v1/sync-git');
      while (host.fetches().lookups === before.lookups) await sleep(POLL_MS);
      return { more: since(before) };
    });
  },
};
