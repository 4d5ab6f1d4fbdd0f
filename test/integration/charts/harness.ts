import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type GitServer, startGitServer } from '../../../hack/testenv/git-server.ts';
import { tool } from '../../../hack/testenv/testenv.ts';
import { OperatorError } from '../../../src/api/errors.ts';
import type { Chart, ChartSource } from '../../../src/charts/chart.ts';
import { type Charts, type ChartsOptions, createCharts } from '../../../src/charts/charts.ts';
import { createGit } from '../../../src/git/git.ts';
import { InvalidChartError } from '../../../src/api/errors.ts';
import { createRun } from '../../../src/process/run.ts';
import { openWorkDir } from '../../../src/process/work-dir.ts';
import { createLogger, silentLogger } from '../../../src/telemetry/logger.ts';

export const signal = new AbortController().signal;

/** Real charts with everything that they need, on a clock that the test moves. */
export interface Harness extends AsyncDisposable {
  readonly charts: Charts;
  readonly git: GitServer;
  /** How often helm packaged something. */
  readonly packaged: () => number;
  /** What the charts have logged so far. */
  readonly logged: () => string;
  /** Everything below here belongs to the work directory. */
  readonly dir: string;
  resolve(source: ChartSource, fresh?: boolean): Promise<Chart>;
  /** The message of the OperatorError that resolving ends with. */
  complaint(source: ChartSource): Promise<string>;
  /** Lets time pass for whatever compares ages; timers do not run sooner. */
  pass(ms: number): void;
}

export const GIT_POLL_MS = 300_000;
export const CHARTS_SYNC_MS = 180_000;

export async function startHarness(
  o: Partial<ChartsOptions> & { helm?: 'helm' | 'helm3' } = {},
): Promise<Harness> {
  const dir = await mkdtemp(join(tmpdir(), 'charts-test-'));
  const home = join(dir, 'home');
  await mkdir(home);
  const workDir = await openWorkDir(join(dir, 'work'), { log: silentLogger });
  const run = createRun({ owner: workDir.path });
  const server = await startGitServer({ dir: join(dir, 'repositories') });
  let [passed, packaged, logged] = [0, 0, ''];
  const log = createLogger({ format: 'fmt', level: 'info', write: (line) => (logged += line) });
  const clock = { now: () => new Date(), monotonicMs: () => performance.now() + passed };
  const git = await createGit({
    ...{ run, workDir, clock, home, log: silentLogger, timeoutMs: 20_000 },
    env: { PATH: process.env['PATH'] },
    ssh: { home, identities: [], knownHosts: [] },
  });
  const helm = await tool(o.helm ?? 'helm');
  const packageChart: ChartsOptions['packageChart'] = async (folder, into, stop) => {
    packaged += 1;
    const env = { HOME: home };
    const result = await run(helm, ['package', folder, '-d', into], {
      env,
      cwd: home,
      timeoutMs: 30_000,
      signal: stop,
    });
    const path = result.kind === 'done' ? /saved it to: (.*)$/m.exec(result.stdout)?.[1] : undefined;
    if (path !== undefined) return path;
    throw new InvalidChartError(result.kind === 'failed' ? result.stderr.trim() : 'helm did not start');
  };
  const charts = await createCharts({
    ...{ git, packageChart, workDir, clock, random: Math.random, log },
    ...{ gitPollIntervalMs: GIT_POLL_MS, chartsSyncIntervalMs: CHARTS_SYNC_MS, updateChartDeps: true },
    ...o,
  });

  return {
    charts,
    git: server,
    packaged: () => packaged,
    logged: () => logged,
    dir: workDir.path,
    resolve: (source, fresh = false) => charts.resolve(source, { signal, fresh }),
    complaint: async (source) => {
      const caught: unknown = await charts
        .resolve(source, { signal, fresh: true })
        .catch((error: unknown) => error);
      expect(caught).to.be.instanceOf(OperatorError);
      return (caught as Error).message;
    },
    pass: (ms) => {
      passed += ms;
    },
    [Symbol.asyncDispose]: async () => {
      await charts.close();
      await git.close();
      await server.stop();
      await workDir.close();
      await rm(dir, { recursive: true });
    },
  };
}
