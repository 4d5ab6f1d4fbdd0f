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
import { createPayloadReader } from '../release/observe/payloads.ts';
import type { ReadPayload } from '../release/observe/payloads.ts';
import { createReadiness } from '../release/observe/readiness.ts';
import type { Readiness } from '../release/observe/readiness.ts';
import { createRevisions } from '../release/observe/revisions.ts';
import type { Revisions } from '../release/observe/revisions.ts';
import { createSurroundings } from '../release/observe/surroundings.ts';
import type { Surroundings } from '../release/observe/surroundings.ts';
import { createTillerLookup, createTillerRecordOf } from '../release/observe/tiller.ts';
import type { TillerRecordOf, TillerRecords } from '../release/observe/tiller.ts';
import { formatTarget } from '../release/plan.ts';
import { createValuesRoom } from '../values/room.ts';
import { CONFIG_MAPS } from '../kube/resource-type.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Cluster } from './cluster.ts';
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
}

export function createReadPorts(
  { cluster, storage, helm, fetchExternal, view, digestKey, ownCommitOf }: ReadParts,
  { config, log }: Pick<Environment, 'config' | 'log'>,
): ReadPorts {
  const readSecret = createDocumentReader(cluster.secrets, view.secrets);
  const readConfigMap = createDocumentReader(cluster.configMaps, view.configMaps);
  const readPayload = createPayloadReader(storage);
  const marks = createMarkFormat({ formulaVersion: FORMULA_VERSION, key: digestKey });
  const seesCluster = config.allowNamespace === undefined;
  const isWatched = (namespace: string): boolean => seesCluster || namespace === config.allowNamespace;
  return {
    find: (key) => view.releases.get(key),
    claimantsOf: (target) => view.releases.byIndex('target', formatTarget(target)),
    antecedentOf: createAntecedentOf({
      readPayload,
      typeOf: (apiVersion, kind, signal) => cluster.discovery.find(apiVersion, kind, signal),
      metadataOf: cluster.metadataOf,
    }),
    seesAllNamespaces: seesCluster,
    marks,
    digestKey,
    revisions: createRevisions(storage, (target) =>
      isWatched(target.namespace)
        ? view.revisions
            .byIndex('release', formatTarget(target))
            .map(({ metadata }) => revisionOf(metadata))
            .filter((record) => record !== undefined)
            .toSorted((a, b) => a.revision - b.revision)
        : undefined,
    ),
    chartSourceOf: createChartSourceOf({ readSecret, defaultRef: config.gitDefaultRef, ownCommitOf }),
    composeValues: createComposeValues({
      readSecret,
      readConfigMap,
      fetchExternal,
      room: createValuesRoom(),
    }),
    differenceFrom: createDifference({ storage, helm, upgradeOf: (plan) => upgradeRequest(plan, 1, marks) }),
    readPayload,
    readiness: createReadiness({
      readPayload,
      resourceOf: cluster.resourceOf,
      find: view.findWorkload,
      changes: view.changes,
    }),
    surroundings: createSurroundings({ ...cluster, seesCluster }),
    tillerRecordOf: createTillerRecordOf(view.tiller, seesCluster ? undefined : tillerLookup(cluster, log)),
  };
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
