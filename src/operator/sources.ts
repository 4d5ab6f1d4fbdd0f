import { dockerConfigFile } from '../charts/access/docker-login.ts';
import { createCharts } from '../charts/charts.ts';
import type { Charts } from '../charts/charts.ts';
import { createGit } from '../git/git.ts';
import type { Helm } from '../helm/helm.ts';
import { createAddressCheck } from '../net/addresses.ts';
import type { Run } from '../process/run.ts';
import type { WorkDir } from '../process/work-dir.ts';
import { createExternalReader } from '../values/external.ts';
import type { FetchExternal } from '../values/external.ts';
import type { Environment } from './environment.ts';

export interface SourceParts {
  readonly run: Run;
  readonly workDir: WorkDir;
  readonly helm: Pick<Helm, 'packageChart'>;
}

export interface Sources {
  readonly charts: Charts;
  readonly fetchExternal: FetchExternal;
  readonly close: () => Promise<void>;
}

const EXTERNAL_TIMEOUT_MS = 30_000;

/** Everything that charts and values come from outside of the cluster. */
export async function openSources(
  { run, workDir, helm }: SourceParts,
  { config, env, log, clock, random, metrics }: Environment,
): Promise<Sources> {
  const checkAddress = createAddressCheck(config.denyAddresses);
  const git = await createGit({
    run,
    workDir,
    log,
    clock,
    env,
    timeoutMs: config.gitTimeoutMs,
    home: env['HOME'] ?? workDir.path,
    checkAddress,
  });
  const charts = await createCharts({
    git,
    packageChart: helm.packageChart,
    workDir,
    clock,
    random,
    log,
    gitPollIntervalMs: config.gitPollIntervalMs,
    chartsSyncIntervalMs: config.chartsSyncIntervalMs,
    updateChartDeps: config.updateChartDeps,
    checkAddress,
    proxyEnv: env,
    repositoryFiles: config.helmRepositoryImports,
    dockerConfigFile: dockerConfigFile(env),
    onFetched: metrics.chartFetched,
  });
  return {
    charts,
    fetchExternal: createExternalReader({ timeoutMs: EXTERNAL_TIMEOUT_MS, checkAddress }),
    close: async () => {
      await charts.close();
      await git.close();
    },
  };
}
