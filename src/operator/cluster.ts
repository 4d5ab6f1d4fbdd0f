import type { HelmRelease } from '../api/helm-release.ts';
import { formatKey } from '../api/metadata.ts';
import type { ObjectKey } from '../api/metadata.ts';
import { GROUP, KIND, PLURAL, VERSION } from '../api/names.ts';
import { loadConnection } from '../kube/connection.ts';
import type { Connection } from '../kube/connection.ts';
import { createDiscovery } from '../kube/discovery.ts';
import type { Discovery } from '../kube/discovery.ts';
import { createEventRecorder } from '../kube/events.ts';
import type { EventRecorder } from '../kube/events.ts';
import { actingAs } from '../kube/impersonate.ts';
import { createInformer } from '../kube/informer.ts';
import type { Informer, InformerOptions, InformerState } from '../kube/informer.ts';
import { createResource } from '../kube/resource.ts';
import type { Resource } from '../kube/resource.ts';
import type { Indexes } from '../kube/store.ts';
import { CONFIG_MAPS, CUSTOM_RESOURCE_DEFINITIONS, NAMESPACES, SECRETS } from '../kube/resource-type.ts';
import type { KubeObject, ResourceType } from '../kube/resource-type.ts';
import { dropAnnotations } from '../kube/watch/transform.ts';
import { createTransport } from '../kube/transport.ts';
import { TILLER_INDEXES } from '../release/observe/tiller.ts';
import { RELEASE_INDEXES } from '../release/triggers.ts';
import { createChanges } from '../release/observe/changes.ts';
import type { Changes } from '../release/observe/changes.ts';
import { cutWorkload, isOfRelease } from '../release/observe/cut-workload.ts';
import { MANAGED_BY_HELM, WATCHED_KINDS } from '../release/observe/workloads.ts';
import { accessBy } from './access.ts';
import type { Access } from './access.ts';
import { namespaceOf } from './digest-key.ts';
import type { Environment } from './environment.ts';
import type { Leadership } from './leadership.ts';

const RELEASES: ResourceType = {
  group: GROUP,
  version: VERSION,
  kind: KIND,
  plural: PLURAL,
  namespaced: true,
};

/** Where Helm keeps its records of releases. */
export const HELM_SECRETS = 'owner=helm';
export const REVISION_INDEXES: Indexes<KubeObject> = {
  release: ({ metadata }) => [`${metadata.namespace ?? ''}/${metadata.labels?.['name'] ?? ''}`],
};

/** The cluster as the operator sees it: what it asks for, and what it watches. */
export interface Cluster extends Access {
  readonly connection: Connection;
  readonly events: EventRecorder;
  readonly releases: Resource<HelmRelease>;
  readonly namespaces: Resource<KubeObject>;
  readonly definitions: Resource<KubeObject>;
  /** By the rights of this user; without one by our own. */
  readonly resourceAs: (user: string | undefined, type: ResourceType) => Resource<KubeObject>;
  readonly discovery: Discovery;
  /** Whether the watches tell of what is in a namespace, HelmReleases apart. */
  readonly isWatched: (namespace: string) => boolean;
  readonly watched: {
    readonly releases: Informer<HelmRelease>;
    /** Helm's records of releases: their labels say all that a pass needs. */
    readonly revisions: Informer<KubeObject>;
    readonly secrets: Informer<KubeObject>;
    readonly configMaps: Informer<KubeObject>;
    readonly workloads: readonly Informer<KubeObject>[];
  };
  readonly informers: readonly Informer<KubeObject>[];
  /** Who waits for the workloads of a release is told of their changes. */
  readonly changes: Changes;
  /** A workload that Helm made; `unwatched` where no watch would see it. */
  readonly findWorkload: (type: ResourceType, key: ObjectKey) => KubeObject | undefined | 'unwatched';
  /** How each watch does, by a name of its own: two of them are of Secrets. */
  readonly watchStates: () => readonly InformerState[];
}

export function openCluster(
  environment: Environment,
  leadership?: Pick<Leadership, 'fence' | 'token'>,
): Cluster {
  const { config, env, version, clock, random, metrics } = environment;
  const log = environment.log.child({ component: 'kube' });
  const connection = loadConnection({
    env,
    ...(config.kubeconfig === undefined ? {} : { kubeconfig: config.kubeconfig }),
    ...(config.master === undefined ? {} : { master: config.master }),
  });
  const transport = createTransport(connection, {
    log,
    clock,
    random,
    version,
    onRequest: metrics.kubeRequested,
    ...(leadership === undefined ? {} : { fence: leadership.fence, writeToken: leadership.token }),
  });
  const scope = config.allowNamespace === undefined ? {} : { namespace: config.allowNamespace };
  const following = {
    ...scope,
    log,
    clock,
    random,
    onRelist: metrics.relisted,
    onWatchRestart: metrics.watchRestarted,
  };
  const informerOf = (
    type: ResourceType,
    options: Partial<InformerOptions<KubeObject>>,
  ): Informer<KubeObject> =>
    createInformer(createResource<KubeObject>(transport, type, { metadataOnly: true }), {
      ...following,
      transform: dropAnnotations,
      ...options,
    });

  const releases = createResource<HelmRelease>(transport, RELEASES);
  const watched = {
    releases: createInformer(releases, { ...following, indexes: RELEASE_INDEXES }),
    revisions: informerOf(SECRETS, {
      labelSelector: HELM_SECRETS,
      indexes: REVISION_INDEXES,
    }),
    secrets: informerOf(SECRETS, {
      labelSelector: 'owner!=helm',
      indexes: TILLER_INDEXES,
      ...(config.tenantMode ? { namespace: namespaceOf(config, connection) } : {}),
    }),
    configMaps: informerOf(CONFIG_MAPS, { indexes: TILLER_INDEXES }),
    workloads: WATCHED_KINDS.map((type) =>
      createInformer(createResource<KubeObject>(transport, type), {
        ...following,
        labelSelector: MANAGED_BY_HELM,
        keep: isOfRelease,
        transform: cutWorkload,
      }),
    ),
  };
  // The others see what is of the tenants, by rights that are the operator's own: they are never started then.
  const forTenants = [watched.revisions, watched.configMaps, ...watched.workloads];
  const informers = [
    watched.releases,
    watched.secrets,
    ...(config.tenantMode ? [] : forTenants),
  ] as readonly Informer<KubeObject>[];
  const isWatched = (namespace: string): boolean =>
    !config.tenantMode && (config.allowNamespace === undefined || config.allowNamespace === namespace);
  return {
    ...accessBy(transport),
    connection,
    events: createEventRecorder({ transport, log, clock, random }),
    releases,
    namespaces: createResource<KubeObject>(transport, NAMESPACES, { metadataOnly: true }),
    definitions: createResource<KubeObject>(transport, CUSTOM_RESOURCE_DEFINITIONS, { metadataOnly: true }),
    resourceAs: (user, type) =>
      createResource<KubeObject>(user === undefined ? transport : actingAs(transport, user), type),
    discovery: createDiscovery(transport, { clock }),
    isWatched,
    watched,
    informers,
    changes: createChanges(),
    findWorkload: (type, key) => {
      const informer = watched.workloads[WATCHED_KINDS.indexOf(type)];
      return !isWatched(key.namespace) || informer === undefined
        ? 'unwatched'
        : informer.store.get(formatKey(key));
    },
    watchStates: () =>
      informers.map((informer) => ({
        ...informer.state(),
        ...(informer === watched.revisions ? { resource: 'helm-secrets' } : {}),
      })),
  };
}
