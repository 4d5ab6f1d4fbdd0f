import type { HelmRelease } from '../api/helm-release.ts';
import type { ReleaseTarget } from '../api/release-name.ts';
import { createMarkFormat } from '../helm/storage/marks.ts';
import type { MarkFormat } from '../helm/storage/marks.ts';
import { revisionOf } from '../helm/storage/revision.ts';
import { createChartSourceOf } from '../release/desire/chart-source.ts';
import type { ChartSourceOf } from '../release/desire/chart-source.ts';
import type { ComposeValues } from '../release/desire/desire.ts';
import type { OwnCommitOf } from '../release/desire/own-chart.ts';
import { createDocumentReader } from '../kube/documents.ts';
import { createComposeValues } from '../release/desire/values.ts';
import { createAntecedentOf } from '../release/observe/antecedent.ts';
import type { AntecedentOf } from '../release/observe/antecedent.ts';
import { createDifference } from '../release/observe/difference.ts';
import type { DifferenceFrom } from '../release/observe/difference.ts';
import { upgradeRequest } from '../release/act/helm-request.ts';
import { createPayloadCache, createPayloadReader } from '../release/observe/payloads.ts';
import type { PayloadCache, ReadPayload } from '../release/observe/payloads.ts';
import { createReadiness } from '../release/observe/readiness.ts';
import type { Readiness } from '../release/observe/readiness.ts';
import type { HiddenWords } from '../release/observe/rendered-secrets.ts';
import { createRevisions } from '../release/observe/revisions.ts';
import type { Revisions, ToldRevisions } from '../release/observe/revisions.ts';
import { createSurroundings } from '../release/observe/surroundings.ts';
import type { Sight, Surroundings } from '../release/observe/surroundings.ts';
import { createTillerLookup, createTillerRecordOf } from '../release/observe/tiller.ts';
import type { TillerRecordOf, TillerRecords } from '../release/observe/tiller.ts';
import { formatTarget } from '../release/plan.ts';
import { createValuesRoom } from '../values/room.ts';
import type { ValuesRoom } from '../values/room.ts';
import type { Config } from '../config.ts';
import { CONFIG_MAPS } from '../kube/resource-type.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Cluster } from './cluster.ts';
import { namespaceOf } from './digest-key.ts';
import type { Environment } from './environment.ts';
import type { Parts } from './parts.ts';
import type { View } from './view.ts';

/** Changes whenever the same input would give another desired digest. */
const FORMULA_VERSION = 1;

/** How the release domain learns what is and what is wanted. Nothing here changes anything. */
export interface ReadPorts {
  readonly find: (key: string) => HelmRelease | undefined;
  readonly claimantsOf: (target: ReleaseTarget) => readonly HelmRelease[];
  readonly antecedentOf: AntecedentOf;
  readonly seesAllNamespaces: boolean;
  readonly ownRelease: ReleaseTarget | undefined;
  readonly marks: MarkFormat;
  readonly digestKey: Buffer;
  readonly revisions: Revisions;
  readonly chartSourceOf: ChartSourceOf;
  readonly composeValues: ComposeValues;
  readonly differenceFrom: DifferenceFrom;
  readonly readPayload: ReadPayload;
  readonly readiness: Readiness;
  readonly surroundings: Surroundings;
  readonly tillerRecordOf: TillerRecordOf;
}

export interface ReadParts extends Pick<Parts, 'cluster' | 'storage' | 'helm' | 'fetchExternal'> {
  readonly view: View;
  readonly digestKey: Buffer;
  readonly ownCommitOf: OwnCommitOf;
  readonly memories: Memories;
  /** Whose rights these are; undefined for the operator's own. */
  readonly account: string | undefined;
}

/** What is bounded or known for all accounts together. */
export interface Memories {
  readonly payloads: PayloadCache;
  readonly told: ToldRevisions;
  readonly room: ValuesRoom;
  readonly hidden: HiddenWords;
}

export function createMemories(): Memories {
  return { payloads: createPayloadCache(), told: new Map(), room: createValuesRoom(), hidden: new Map() };
}

export function createReadPorts(
  { cluster, storage, helm, fetchExternal, view, digestKey, ownCommitOf, memories, account }: ReadParts,
  { config, log }: Pick<Environment, 'config' | 'log'>,
): ReadPorts {
  // What an account was shown before is not kept for it: it may have lost the right since.
  const kept = account === undefined ? undefined : 0;
  const readSecret = createDocumentReader(cluster.secrets, view.secrets, kept);
  const readConfigMap = createDocumentReader(cluster.configMaps, view.configMaps, kept);
  const readPayload = createPayloadReader(storage, memories.payloads);
  const marks = createMarkFormat({ formulaVersion: FORMULA_VERSION, key: digestKey });
  const seesCluster = config.allowNamespace === undefined;
  return {
    find: (key) => view.releases.get(key),
    claimantsOf: (target) => view.releases.byIndex('target', formatTarget(target)),
    antecedentOf: createAntecedentOf({
      readPayload,
      typeOf: (apiVersion, kind, signal) => cluster.discovery.find(apiVersion, kind, signal),
      metadataOf: cluster.metadataOf,
    }),
    seesAllNamespaces: seesCluster,
    ownRelease:
      config.operatorRelease === undefined
        ? undefined
        : { namespace: namespaceOf(config, cluster.connection), releaseName: config.operatorRelease },
    marks,
    digestKey,
    revisions: createRevisions(
      storage,
      (target) =>
        cluster.isWatched(target.namespace)
          ? view.revisions
              .byIndex('release', formatTarget(target))
              .map(({ metadata }) => revisionOf(metadata))
              .filter((record) => record !== undefined)
              .toSorted((a, b) => a.revision - b.revision)
          : undefined,
      memories.told,
    ),
    chartSourceOf: createChartSourceOf({ readSecret, defaultRef: config.gitDefaultRef, ownCommitOf }),
    composeValues: createComposeValues({
      readSecret,
      readConfigMap,
      fetchExternal,
      room: memories.room,
    }),
    differenceFrom: createDifference({ storage, helm, upgradeOf: (plan) => upgradeRequest(plan, 1, marks) }),
    readPayload,
    readiness: createReadiness({
      readPayload,
      resourceOf: cluster.resourceOf,
      find: view.findWorkload,
      changes: view.changes,
    }),
    surroundings: createSurroundings({ ...cluster, sees: sightOf(config) }),
    tillerRecordOf: createTillerRecordOf(
      view.tiller,
      sightOf(config) === 'namespace' ? tillerLookup(cluster, log) : undefined,
    ),
  };
}

/** How much of the cluster may be asked about by the operator's own rights. */
export function sightOf({
  allowNamespace,
  tenantMode,
}: Pick<Config, 'allowNamespace' | 'tenantMode'>): Sight {
  if (tenantMode) return 'releases';
  return allowNamespace === undefined ? 'cluster' : 'namespace';
}

function tillerLookup({ secretsMetadata, metadataOf }: Cluster, log: Logger): TillerRecords {
  return createTillerLookup([metadataOf(CONFIG_MAPS), secretsMetadata], (namespace) => {
    log.warn(
      'whether Helm 2 still keeps a release of the same name is not known: its records may not be read',
      {
        namespace,
        rights: 'list configmaps and secrets there, see docs/reference/rights.md',
      },
    );
  });
}
