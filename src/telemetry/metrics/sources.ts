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
    | {
        readonly action: string;
        readonly success: boolean;
        readonly seconds: number;
        /** In seconds of the Unix epoch. */
        readonly finishedAt: number;
      }
    | undefined;
  /** What is wrong now; undefined if all is well, or nothing is known yet. */
  readonly failure: ReleaseFailure | undefined;
  readonly times?: ReleaseTimes;
}

/** All in seconds of the Unix epoch. */
export interface ReleaseTimes {
  /** When condition Ready came to the status that it has. */
  readonly readyChanged: number | undefined;
  /** What is being done to the release now. */
  readonly operation:
    { readonly action: string; readonly started: number; readonly deadline: number } | undefined;
}

export interface ReleaseFailure {
  /** The step that failed, or `health` for a release that was well and lost an object. One of a dozen words. */
  readonly step: string;
  /** The reason that condition Ready gives: one of some dozen words, never the sentence beside it. */
  readonly reason: string;
  /** How often it was tried in a row. */
  readonly attempts: number;
  /** In seconds of the Unix epoch: since when the HelmRelease has not been well. */
  readonly since: number | undefined;
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
  /** In seconds of the Unix epoch: since when its repository cannot be read; undefined if it can. */
  readonly sourceFailingSince?: number | undefined;
}

export interface QueueState {
  readonly length: number;
  /** How long the key that has waited longest is waiting; 0 for an empty queue. */
  readonly oldestSeconds: number;
  /** Keys that a pass is looking at now. */
  readonly working: number;
}

/** One pool of slots for helm processes. */
export interface HelmPoolState {
  readonly pool: string;
  readonly running: number;
  readonly waiting: number;
  /** How many may run at a time. */
  readonly slots: number;
}

/** The charts that are kept, packaged, for all releases, and what it took to get them. Counts are since the start. */
export interface ChartStoreState {
  readonly charts: number;
  readonly bytes: number;
  readonly hits: number;
  readonly misses: number;
  /** Bytes of all bodies that Helm repositories and registries sent. */
  readonly receivedBytes: number;
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

/** Whether a repository or registry that charts come from answers. */
export interface SourceAnswer {
  readonly kind: ChartSourcesState['kind'];
  /** Without user, password and query. */
  readonly url: string;
  readonly failing: boolean;
  /** In seconds of the Unix epoch; undefined if it has not answered since the operator started. */
  readonly answeredAt: number | undefined;
}

/** The life of a certificate or token, in seconds of the Unix epoch. */
export interface CredentialLife {
  readonly kind: 'certificate' | 'token';
  /** What holds it. */
  readonly held: 'api-server' | 'secret' | 'repository-import' | 'server';
  /** Of the Secret. */
  readonly namespace?: string;
  readonly name: string;
  readonly expires: number;
  readonly issued: number | undefined;
}

export interface InformerState {
  readonly resource: string;
  readonly objects: number;
  readonly connected: boolean;
}

/** What waits to be sent to all notifiers of one kind. */
export interface NotificationsState {
  readonly kind: string;
  readonly count: number;
}

/** Where the gauges read the present from. Each is called once a scrape, so nothing that is gone stays exported. */
export interface MetricSources {
  readonly releases: () => Iterable<ReleaseSnapshot>;
  readonly syncs: () => Iterable<SyncSnapshot>;
  readonly queue: () => QueueState;
  readonly helm: () => Iterable<HelmPoolState>;
  readonly chartSources: () => Iterable<ChartSourcesState>;
  readonly chartStore: () => ChartStoreState;
  readonly informers: () => Iterable<InformerState>;
  /** Whether this is the one of its replicas that works. */
  readonly leading: () => boolean;
  readonly sourceAnswers: () => Iterable<SourceAnswer>;
  readonly credentials: () => Iterable<CredentialLife>;
  /** --charts-sync-interval in seconds; undefined if releases are not looked at by time. */
  readonly resyncSeconds: () => number | undefined;
  readonly notifications: () => Iterable<NotificationsState>;
}

export const NO_SOURCES: MetricSources = {
  releases: () => [],
  syncs: () => [],
  queue: () => ({ length: 0, oldestSeconds: 0, working: 0 }),
  helm: () => [],
  chartSources: () => [],
  chartStore: () => ({ charts: 0, bytes: 0, hits: 0, misses: 0, receivedBytes: 0 }),
  informers: () => [],
  leading: () => false,
  sourceAnswers: () => [],
  credentials: () => [],
  resyncSeconds: () => undefined,
  notifications: () => [],
};

/** What one scrape has read, so that all of its series tell of the same moment. */
export interface Reading {
  readonly releases: readonly ReleaseSnapshot[];
  readonly syncs: readonly SyncSnapshot[];
  readonly queue: QueueState;
  readonly helm: readonly HelmPoolState[];
  readonly chartSources: readonly ChartSourcesState[];
  readonly chartStore: ChartStoreState;
  readonly informers: readonly InformerState[];
  readonly leading: boolean;
  readonly sourceAnswers: readonly SourceAnswer[];
  readonly credentials: readonly CredentialLife[];
  readonly resyncSeconds: number | undefined;
  readonly notifications: readonly NotificationsState[];
}

export function read(sources: MetricSources): Reading {
  return {
    releases: [...sources.releases()],
    syncs: [...sources.syncs()],
    queue: sources.queue(),
    helm: [...sources.helm()],
    chartSources: [...sources.chartSources()],
    chartStore: sources.chartStore(),
    informers: [...sources.informers()],
    leading: sources.leading(),
    sourceAnswers: [...sources.sourceAnswers()],
    credentials: [...sources.credentials()],
    resyncSeconds: sources.resyncSeconds(),
    notifications: [...sources.notifications()],
  };
}
