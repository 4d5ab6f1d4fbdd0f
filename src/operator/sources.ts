import { dockerConfigFile } from '../charts/access/docker-login.ts';
import { createCharts } from '../charts/charts.ts';
import type { Charts } from '../charts/charts.ts';
import { createGit, type Git } from '../git/git.ts';
import type { Helm } from '../helm/helm.ts';
import type { Slots } from '../helm/slots.ts';
import { type AddressCheck, createAddressCheck } from '../net/addresses.ts';
import { createHostLookup, type HostLookup, lookupPlaces } from '../net/lookup.ts';
import type { Run } from '../process/run.ts';
import type { WorkDir } from '../process/work-dir.ts';
import { createExternalReader } from '../values/external.ts';
import type { FetchExternal } from '../values/external.ts';
import type { Environment } from './environment.ts';

/** One lookup with all its requests; whoever allows git more time is not cut short. */
const LOOKUP_LIMIT_MS = 900_000;
const LOOKUP_GIT_STEPS = 5;

export interface SourceParts {
  readonly run: Run;
  readonly workDir: WorkDir;
  readonly helm: Pick<Helm, 'packageChart'>;
  readonly slots: Pick<Slots, 'pools'>;
}

export interface Sources {
  readonly charts: Charts;
  /** That of the charts: whoever else reads a repository shares their mirrors and lists of refs. */
  readonly git: Git;
  readonly fetchExternal: FetchExternal;
  /** What every connection to the outside of the cluster is held to. */
  readonly outside: { readonly lookup: HostLookup; readonly checkAddress: AddressCheck };
  readonly close: () => Promise<void>;
}

const EXTERNAL_TIMEOUT_MS = 30_000;

/** Everything that charts and values come from outside of the cluster. */
export async function openSources(
  { run, workDir, helm, slots }: SourceParts,
  { config, env, log, clock, random, metrics, tracer }: Environment,
): Promise<Sources> {
  const checkAddress = createAddressCheck(config.denyAddresses);
  const lookup = createHostLookup({ clock, places: lookupPlaces(env['UV_THREADPOOL_SIZE']) });
  const git = await createGit({
    run,
    workDir,
    log: log.child({ component: 'git' }),
    clock,
    env,
    timeoutMs: config.gitTimeoutMs,
    home: env['HOME'] ?? workDir.path,
    checkAddress,
    lookup,
  });
  const charts = await createCharts({
    git,
    packageChart: helm.packageChart,
    workDir,
    clock,
    random,
    log: log.child({ component: 'charts' }),
    gitPollIntervalMs: config.gitPollIntervalMs,
    chartsSyncIntervalMs: config.chartsSyncIntervalMs,
    updateChartDeps: config.updateChartDeps,
    isBusy: () => Object.values(slots.pools).some(({ waiting }) => waiting > 0),
    lookupLimitMs: Math.max(LOOKUP_LIMIT_MS, LOOKUP_GIT_STEPS * config.gitTimeoutMs),
    checkAddress,
    lookup,
    proxyEnv: env,
    repositoryFiles: config.helmRepositoryImports,
    dockerConfigFile: dockerConfigFile(env),
    onFetched: metrics.chartFetched,
    tracer,
  });
  return {
    charts,
    git,
    fetchExternal: createExternalReader({ timeoutMs: EXTERNAL_TIMEOUT_MS, checkAddress, lookup }),
    outside: { lookup, checkAddress },
    close: async () => {
      await charts.close();
      await git.close();
    },
  };
}
