import type { HelmRelease } from '../api/helm-release.ts';
import { ObjectMap } from '../kube/store.ts';
import type { Indexes, Store } from '../kube/store.ts';
import type { KubeObject } from '../kube/resource-type.ts';
import type { Resource, Selection } from '../kube/resource.ts';
import { CONFIG_MAPS } from '../kube/resource-type.ts';
import { createChanges } from '../release/observe/changes.ts';
import type { Changes } from '../release/observe/changes.ts';
import { TILLER_INDEXES, TILLER_RECORDS } from '../release/observe/tiller.ts';
import { RELEASE_INDEXES } from '../release/triggers.ts';
import { HELM_SECRETS, REVISION_INDEXES } from './cluster.ts';
import type { Cluster } from './cluster.ts';

/** What is known of the cluster without asking it again. */
export interface View {
  readonly releases: Pick<Store<HelmRelease>, 'get' | 'values' | 'byIndex'>;
  /** Helm's records of releases. */
  readonly revisions: Pick<Store<KubeObject>, 'byIndex'>;
  readonly secrets: Pick<Store<KubeObject>, 'get'>;
  readonly configMaps: Pick<Store<KubeObject>, 'get'>;
  /** What may hold records of Tiller. */
  readonly tiller: readonly Pick<Store<KubeObject>, 'byIndex'>[];
  readonly findWorkload: Cluster['findWorkload'];
  /** Of the workloads of releases. */
  readonly changes: Pick<Changes, 'next'>;
}

/** Follows the cluster by watches. */
export function watchedView({ watched, findWorkload, changes }: Cluster): View {
  return {
    releases: watched.releases.store,
    revisions: watched.revisions.store,
    secrets: watched.secrets.store,
    configMaps: watched.configMaps.store,
    tiller: [watched.secrets.store, watched.configMaps.store],
    ...{ findWorkload, changes },
  };
}

/** The cluster as it is now, for whoever looks once; what is asked for less often than that is not in it. */
export async function listedView(cluster: Cluster, scope: Selection, signal: AbortSignal): Promise<View> {
  const { releases, secretsMetadata, metadataOf } = cluster;
  const nothing = { get: () => undefined, byIndex: () => [] };
  const view: View = {
    releases: await listed(releases, scope, RELEASE_INDEXES, signal),
    revisions: nothing,
    secrets: nothing,
    configMaps: nothing,
    tiller: [],
    findWorkload: () => 'unwatched',
    changes: createChanges(),
  };
  if (!cluster.isWatched(scope.namespace ?? '')) return view;
  const tillerRecords = { ...scope, labelSelector: TILLER_RECORDS };
  return {
    ...view,
    revisions: await listed(
      secretsMetadata,
      { ...scope, labelSelector: HELM_SECRETS },
      REVISION_INDEXES,
      signal,
    ),
    tiller: [
      await listed(secretsMetadata, tillerRecords, TILLER_INDEXES, signal),
      await listed(metadataOf(CONFIG_MAPS), tillerRecords, TILLER_INDEXES, signal),
    ],
  };
}

async function listed<T extends KubeObject>(
  resource: Pick<Resource<T>, 'list'>,
  selection: Selection,
  indexes: Indexes<T>,
  signal: AbortSignal,
): Promise<ObjectMap<T>> {
  const objects = new ObjectMap<T>(indexes);
  for (const object of (await resource.list(selection, signal)).items) objects.set(object);
  return objects;
}
