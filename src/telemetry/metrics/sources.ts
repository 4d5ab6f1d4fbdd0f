/** What a HelmRelease looks like at the moment of a scrape. */
export interface ReleaseSnapshot {
  readonly namespace: string;
  readonly name: string;
  /** The release's name in Helm's storage. */
  readonly releaseName: string;
  readonly targetNamespace: string;
  /**
   * Whether this HelmRelease owns the Helm release. Of two that claim one release only the owner appears under the
   * names of Helm Operator, whose labels cannot tell them apart.
   */
  readonly owner: boolean;
  readonly suspended: boolean;
  readonly phase: string | undefined;
  readonly conditions: readonly { readonly type: string; readonly status: string }[];
  /** What is deployed. */
  readonly deployed:
    | {
        readonly revision: number;
        readonly chart: string;
        readonly version: string;
        readonly appVersion: string | undefined;
        /** The commit or the chart version that it came from. */
        readonly sourceRevision: string;
      }
    | undefined;
  readonly lastAction:
    { readonly action: string; readonly success: boolean; readonly seconds: number } | undefined;
}

/** What a GitSync looks like at the moment of a scrape. */
export interface SyncSnapshot {
  readonly namespace: string;
  readonly name: string;
  readonly ready: boolean;
  readonly suspended: boolean;
  /** In seconds of the Unix epoch; undefined if none was ever applied as a whole. */
  readonly appliedAt: number | undefined;
  readonly objects: number;
  /** Objects whose deletion waits for a person. */
  readonly heldPrunes: number;
}

export interface QueueState {
  readonly length: number;
  /** How long the key that has waited longest is waiting; 0 for an empty queue. */
  readonly oldestSeconds: number;
}

/** One pool of slots for helm processes. */
export interface HelmPoolState {
  readonly pool: string;
  readonly running: number;
  readonly waiting: number;
}

/** All chart sources of one kind. */
export interface ChartSourcesState {
  readonly kind: 'git' | 'repository' | 'oci';
  readonly count: number;
  /** Those whose last fetch failed. */
  readonly failing: number;
  /** Time since the last good fetch of the source for which that is longest. */
  readonly oldestSeconds: number;
}

export interface InformerState {
  readonly resource: string;
  readonly objects: number;
  readonly connected: boolean;
}

/** Where the gauges read the present from. Each is called once a scrape, so nothing that is gone stays exported. */
export interface MetricSources {
  readonly releases: () => Iterable<ReleaseSnapshot>;
  readonly syncs: () => Iterable<SyncSnapshot>;
  readonly queue: () => QueueState;
  readonly helm: () => Iterable<HelmPoolState>;
  readonly chartSources: () => Iterable<ChartSourcesState>;
  readonly informers: () => Iterable<InformerState>;
}

export const NO_SOURCES: MetricSources = {
  releases: () => [],
  syncs: () => [],
  queue: () => ({ length: 0, oldestSeconds: 0 }),
  helm: () => [],
  chartSources: () => [],
  informers: () => [],
};

/** What one scrape has read, so that all of its series tell of the same moment. */
export interface Reading {
  readonly releases: readonly ReleaseSnapshot[];
  readonly syncs: readonly SyncSnapshot[];
  readonly queue: QueueState;
  readonly helm: readonly HelmPoolState[];
  readonly chartSources: readonly ChartSourcesState[];
  readonly informers: readonly InformerState[];
}

export function read(sources: MetricSources): Reading {
  return {
    releases: [...sources.releases()],
    syncs: [...sources.syncs()],
    queue: sources.queue(),
    helm: [...sources.helm()],
    chartSources: [...sources.chartSources()],
    informers: [...sources.informers()],
  };
}
