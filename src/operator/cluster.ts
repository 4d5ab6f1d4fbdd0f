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
import type { Transport } from '../kube/transport.ts';
import type { Document } from '../kube/documents.ts';
import { TILLER_INDEXES } from '../release/observe/tiller.ts';
import { RELEASE_INDEXES } from '../release/triggers.ts';
import { createChanges } from '../release/observe/changes.ts';
import type { Changes } from '../release/observe/changes.ts';
import { cutWorkload, isOfRelease } from '../release/observe/cut-workload.ts';
import { MANAGED_BY_HELM, WATCHED_KINDS } from '../release/observe/workloads.ts';
import type { Environment } from './environment.ts';

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
export interface Cluster {
  readonly connection: Connection;
  readonly transport: Transport;
  readonly events: EventRecorder;
  readonly releases: Resource<HelmRelease>;
  readonly secrets: Resource<Document>;
  readonly secretsMetadata: Resource<KubeObject>;
  readonly configMaps: Resource<Document>;
  readonly namespaces: Resource<KubeObject>;
  readonly definitions: Resource<KubeObject>;
  readonly resourceOf: (type: ResourceType) => Resource<KubeObject>;
  /** By the rights of this user; without one by our own. */
  readonly resourceAs: (user: string | undefined, type: ResourceType) => Resource<KubeObject>;
  /** The same with metadata only. */
  readonly metadataOf: (type: ResourceType) => Resource<KubeObject>;
  readonly discovery: Discovery;
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

export function openCluster(environment: Environment): Cluster {
  const { config, env, version, log, clock, random, metrics } = environment;
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
    secrets: informerOf(SECRETS, { labelSelector: 'owner!=helm', indexes: TILLER_INDEXES }),
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
  const informers = [
    watched.releases,
    watched.revisions,
    watched.secrets,
    watched.configMaps,
    ...watched.workloads,
  ] as readonly Informer<KubeObject>[];
  return {
    connection,
    transport,
    events: createEventRecorder({ transport, log, clock, random }),
    releases,
    secrets: createResource<Document>(transport, SECRETS),
    secretsMetadata: createResource<KubeObject>(transport, SECRETS, { metadataOnly: true }),
    configMaps: createResource<Document>(transport, CONFIG_MAPS),
    namespaces: createResource<KubeObject>(transport, NAMESPACES, { metadataOnly: true }),
    definitions: createResource<KubeObject>(transport, CUSTOM_RESOURCE_DEFINITIONS, { metadataOnly: true }),
    resourceOf: (type) => createResource<KubeObject>(transport, type),
    resourceAs: (user, type) =>
      createResource<KubeObject>(user === undefined ? transport : actingAs(transport, user), type),
    metadataOf: (type) => createResource<KubeObject>(transport, type, { metadataOnly: true }),
    discovery: createDiscovery(transport, { clock }),
    watched,
    informers,
    changes: createChanges(),
    findWorkload: (type, key) => {
      const outside = config.allowNamespace !== undefined && config.allowNamespace !== key.namespace;
      const informer = watched.workloads[WATCHED_KINDS.indexOf(type)];
      return outside || informer === undefined ? 'unwatched' : informer.store.get(formatKey(key));
    },
    watchStates: () =>
      informers.map((informer) => ({
        ...informer.state(),
        ...(informer === watched.revisions ? { resource: 'helm-secrets' } : {}),
      })),
  };
}
