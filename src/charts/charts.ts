import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Git } from '../git/git.ts';
import { type AddressCheck, createAddressCheck } from '../net/addresses.ts';
import { createHostLookup, type HostLookup } from '../net/lookup.ts';
import type { WorkDir } from '../process/work-dir.ts';
import type { Clock, Random } from '../telemetry/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import { NO_TRACER, type Tracer } from '../telemetry/tracing/tracer.ts';
import { openDockerLogin } from './access/docker-login.ts';
import { type HeldCredential, heldCredentials } from './access/held.ts';
import { openRepositoryImports } from './access/repository-imports.ts';
import { createArchives } from './archives.ts';
import type { Chart, ChartSource } from './chart.ts';
import { createGate } from '../process/gate.ts';
import type { PackageChart } from './git/build.ts';
import { createGitCharts, type IdentifyCharts } from './git/git-charts.ts';
import { createConnections } from './http/connections.ts';
import { createHttpClient } from './http/http-client.ts';
import type { ProxyEnvironment } from './http/proxy.ts';
import type { Lookup } from './lookup.ts';
import { createOciCharts } from './oci/oci-charts.ts';
import { createRegistry } from './oci/registry.ts';
import { createIndexReader } from './repository/index-reader.ts';
import { createIndexes } from './repository/indexes.ts';
import { createRepositoryCharts } from './repository/repository-charts.ts';
import type { FetchEnd } from './sharing/lookups.ts';
import { createSources, type Sources } from './sharing/sources.ts';
import type { KindStats } from './sharing/stats.ts';
import { describeSource } from './source.ts';
import { type ChartStoreStats, openChartStore } from './store.ts';

export interface ChartsOptions {
  readonly git: Pick<Git, 'resolve' | 'lookup' | 'identityOf' | 'export'>;
  readonly packageChart: PackageChart;
  readonly workDir: WorkDir;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** How long what is known of a Git ref is new enough, and how often watched ones are looked up. */
  readonly gitPollIntervalMs: number;
  /** The same for chart repositories and registries. */
  readonly chartsSyncIntervalMs: number;
  /** False takes the dependencies of charts from Git as they lie in charts/. */
  readonly updateChartDeps: boolean;
  readonly checkAddress?: AddressCheck;
  readonly lookup?: HostLookup;
  /** HTTP_PROXY, HTTPS_PROXY, NO_PROXY. */
  readonly proxyEnv?: ProxyEnvironment;
  /** Certificates trusted besides those that the platform trusts, PEM. */
  readonly ca?: readonly string[];
  /** Helm's repositories.yaml files with what is needed to reach repositories; they may come later, and change. */
  readonly repositoryFiles?: readonly string[];
  /** The config.json of `docker login`; it need not be there. */
  readonly dockerConfigFile?: string | undefined;
  /** How often those files are looked at. */
  readonly lookEveryMs?: number;
  /** Releases wait for helm: sources that have failed are asked again rarely then. */
  readonly isBusy?: () => boolean;
  /** How long one lookup may take with all its requests. */
  readonly lookupLimitMs?: number;
  readonly maxStoreBytes?: number;
  readonly timeouts?: { readonly connectMs?: number; readonly idleMs?: number; readonly totalMs?: number };
  readonly onFetched?: (end: FetchEnd) => void;
  readonly tracer?: Pick<Tracer, 'span'>;
}

/** Everything that charts come from. Each source is asked once for all releases that use it. */
export interface Charts extends Omit<Sources, 'stats' | 'inUse' | 'close'> {
  /** Keeps the archive of a chart in the store until the function given back is called. */
  pin(chart: Chart): () => void;
  /** Of charts in Git, without packaging them. */
  readonly identify: IdentifyCharts;
  stats(): ChartsStats;
  /** What chart sources that are in use are shown, with what is imported for all. */
  credentials(): readonly HeldCredential[];
  close(): Promise<void>;
}

export interface ChartsStats {
  readonly sources: readonly KindStats[];
  /** Bytes of all bodies that repositories and registries sent. */
  readonly receivedBytes: number;
  readonly store: ChartStoreStats;
}

/** A request that takes longer is a large download or one that nobody answers; a lookup may have to clone and package. */
const REQUESTS = { perHost: 4, total: 64, slowAfterMs: 8_000 };
const LOOKUPS = { perHost: 4, total: 64, slowAfterMs: 20_000 };
const MAX_STORE_BYTES = 1_000_000_000;

export async function createCharts(o: ChartsOptions): Promise<Charts> {
  const { clock, workDir, chartsSyncIntervalMs, gitPollIntervalMs } = o;
  const dir = join(workDir.path, 'charts');
  const incoming = join(dir, 'incoming');
  await mkdir(incoming, { recursive: true, mode: 0o700 });
  const store = await openChartStore(join(dir, 'store'), o.maxStoreBytes ?? MAX_STORE_BYTES);
  const isStored = (chart: Chart): Promise<boolean> => store.has(chart.digest);

  const connections = createConnections({
    lookup: o.lookup ?? createHostLookup({ clock }),
    check: o.checkAddress ?? createAddressCheck(),
    proxyEnv: o.proxyEnv ?? {},
    ca: o.ca ?? [],
  });
  const http = createHttpClient({ connections, gate: createGate(REQUESTS), ...o.timeouts });
  const imports = await openRepositoryImports({ ...o, files: o.repositoryFiles ?? [] });
  const login = await openDockerLogin({ ...o, file: o.dockerConfigFile });
  const indexes = createIndexes({ http, reader: createIndexReader(), clock, dir: incoming });
  const archives = createArchives({ store, dir: incoming });
  const lookupOci = createOciCharts({ registry: createRegistry({ http, clock }), archives, login });
  const lookupRepository = createRepositoryCharts({ http, indexes, archives, imports, lookupOci });
  const { updateChartDeps: updateDependencies } = o;
  const gitCharts = createGitCharts({
    ...o,
    store,
    isStored,
    lookupRepository,
    lookupOci,
    updateDependencies,
    urlOfAlias: imports.urlOf,
    onAccessChange: (handler) => {
      for (const access of [imports, login]) access.onChange(handler);
    },
  });

  const lookup: Lookup = (source: ChartSource, freshness) => {
    switch (source.kind) {
      case 'git':
        return gitCharts.lookup(source, freshness);
      case 'repository':
        return lookupRepository(source, freshness);
      case 'oci':
        return lookupOci(source, freshness);
    }
  };
  const maxAgeMs = (kind: ChartSource['kind']): number =>
    kind === 'git' ? gitPollIntervalMs : chartsSyncIntervalMs;
  const { tracer = NO_TRACER } = o;
  const traced: Lookup = (source, freshness) =>
    tracer.span('fetch', { source: describeSource(source) }, () => lookup(source, freshness));
  const sources = createSources({ ...o, lookup: traced, gate: createGate(LOOKUPS), maxAgeMs, isStored });

  // What was refused may be let in now, and what was let in refused.
  for (const access of [imports, login]) access.onChange(() => void sources.refreshAll());

  return {
    ...sources,
    pin: (chart) => store.pin(chart),
    identify: gitCharts.identify,
    credentials: () => heldCredentials(sources.inUse(), imports.all(), connections.serverCertificates.all()),
    stats: () => ({ sources: sources.stats(), receivedBytes: http.receivedBytes(), store: store.stats() }),
    close: async () => {
      imports.close();
      login.close();
      sources.close();
      http.close();
      await indexes.close();
    },
  };
}
