/** A process that looks charts up, so that its memory can be measured: `index-memory.ts SMALL-URL LARGE-URL...`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCharts } from '../../../src/charts/charts.ts';
import { openWorkDir } from '../../../src/process/work-dir.ts';
import { systemClock } from '../../../src/telemetry/clock.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';

const [small = '', ...large] = process.argv.slice(2);
const notUsed = (): never => {
  throw new Error('no chart comes from Git here');
};
const dir = await mkdtemp(join(tmpdir(), 'index-memory-'));
const workDir = await openWorkDir(dir, { log: silentLogger });
const charts = await createCharts({
  ...{
    git: { resolve: notUsed, lookup: notUsed, identityOf: notUsed, export: notUsed },
    packageChart: notUsed,
  },
  ...{ workDir, clock: systemClock, random: () => 0.5, log: silentLogger, updateChartDeps: true },
  ...{ gitPollIntervalMs: 300_000, chartsSyncIntervalMs: 300_000 },
});
const { signal } = new AbortController();
const find = async (url: string): Promise<void> => {
  const source = { kind: 'repository', url, name: 'web', version: '^1', scope: '' } as const;
  await charts.resolve(source, { signal, fresh: true });
};

await find(small); // all code is loaded by then
const idle = process.memoryUsage().rss;
for (const url of large) await find(url);
const peak = process.resourceUsage().maxRSS * 1024;

await charts.close();
await workDir.close();
await rm(dir, { recursive: true });
process.stdout.write(JSON.stringify({ idle, peak, received: charts.stats().receivedBytes }));
