import { describe } from '../api/errors.ts';
import type { GitSync } from '../api/gitsync/git-sync.ts';
import { keyOf } from '../api/metadata.ts';
import { SYNC_FINALIZER, SYNC_KIND } from '../api/names.ts';
import { createStorage } from '../helm/storage/storage.ts';
import * as finalizers from '../kube/finalizers.ts';
import { sleep } from '../kube/http/abort.ts';
import { createResource } from '../kube/resource.ts';
import type { Resource } from '../kube/resource.ts';
import { CONFIG_MAPS, PODS, type KubeObject } from '../kube/resource-type.ts';
import { createSemaphore } from '../process/semaphore.ts';
import { hasFinalizer } from '../release/admit/finalizer.ts';
import { detachRelease } from '../release/detach/detach-release.ts';
import { detachRevision } from '../release/detach/detach-revision.ts';
import { detachSync } from '../sync/detach-sync.ts';
import { clusterAs } from './access.ts';
import { findAttached } from './attached.ts';
import type { Attached, AttachedPorts } from './attached.ts';
import { byAccount } from './by-account.ts';
import { openCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import type { CommandOptions } from './command.ts';
import { environmentOf } from './command.ts';
import { namespaceOf } from './digest-key.ts';
import type { Environment } from './environment.ts';
import { requireUninstall } from './require-uninstall.ts';
import { DEPLOYMENTS, stopDeployment } from './stop-deployment.ts';
import type { StopPorts } from './stop-deployment.ts';
import { SYNCS } from './sync-kind.ts';
import { tenancyOf } from './tenancy.ts';

/** Objects at a time. */
const AT_ONCE = 8;
/** An operator that runs notices at once that its marks are gone, and puts them back. */
const LOOK_AGAIN_MS = 2_000;

const FIRST = 'The Deployment of the operator has to be scaled to 0: a running one puts its marks back.';

const STOPPED =
  'Not everything is taken off, and the Deployment of the operator is at 0: nobody works until this is run again and ends well, or the Deployment is scaled up.';

type Result =
  | { readonly kind: 'cleaned'; readonly object: string; readonly what: string }
  | { readonly kind: 'clean'; readonly object: string }
  | { readonly kind: 'untouched'; readonly object: string; readonly why: string }
  | { readonly kind: 'failed'; readonly object: string; readonly why: string };

/** The cluster, with the kind that not every one has. */
type Detached = Cluster & { readonly syncs: Resource<GitSync> } & Pick<AttachedPorts, 'tenants'>;

export interface DetachOptions extends CommandOptions {
  /** That of the operator, in its own namespace: to be scaled to 0 first. */
  readonly deployment: string | undefined;
  /** The release of the operator, which helm has to be uninstalling: without that nothing is done. */
  readonly uninstalling: string | undefined;
}

/**
 * Takes everything off the cluster by which Helm Operator 1.4.4 or plain helm could be disturbed, and gives the exit
 * status. No release is touched, each object is tried whatever becomes of the others, and it can be run again.
 */
export async function runDetach({ deployment, uninstalling, ...options }: DetachOptions): Promise<number> {
  const { write, signal } = options;
  const environment = environmentOf(options);
  const opened = openCluster(environment);
  const cluster: Detached = {
    ...opened,
    syncs: createResource<GitSync>(opened.transport, SYNCS),
    ...tenantsOf(opened, environment.config),
  };
  const namespace = environment.config.allowNamespace;
  const operator = { isStopped: false };
  const onScaled = (): void => {
    operator.isStopped = true;
  };
  try {
    if (uninstalling !== undefined) {
      const own = namespaceOf(environment.config, cluster.connection);
      const kinds = [cluster.secretsMetadata, cluster.metadataOf(CONFIG_MAPS)];
      await requireUninstall(own, uninstalling, kinds, signal);
    }
    if (deployment === undefined) write(FIRST);
    else await stopOperator(deployment, cluster, environment, { write, signal, onScaled });
    const attached = await findAttached(cluster, namespace, signal);
    const results: Result[] = [];
    for (const pending of detachAll(attached, cluster, signal)) {
      const result = await pending;
      results.push(result);
      write(lineOf(result));
    }
    write(sumOf(attached, results));
    const cleaned = new Set(results.filter(({ kind }) => kind === 'cleaned').map(({ object }) => object));
    const back = cleaned.size === 0 ? [] : await findBack(cleaned, cluster, namespace, signal);
    if (back.length > 0) {
      write(
        `An operator is running: ${String(back.length)} of them, the first is ${String(back[0])}, were marked again. Scale its Deployment to 0 and run this again.`,
      );
    }
    if (back.length === 0 && !results.some(({ kind }) => kind === 'failed')) return 0;
    if (operator.isStopped) write(STOPPED);
    return 1;
  } catch (error) {
    if (operator.isStopped) write(STOPPED);
    throw error;
  } finally {
    cluster.transport.close();
  }
}

async function stopOperator(
  name: string,
  { connection, resourceOf }: Cluster,
  { config }: Environment,
  { signal, ...told }: Pick<CommandOptions, 'write' | 'signal'> & Pick<StopPorts, 'onScaled'>,
): Promise<void> {
  const ports = { deployments: resourceOf(DEPLOYMENTS), pods: resourceOf(PODS), ...told };
  await stopDeployment(namespaceOf(config, connection), name, ports, signal);
}

function tenantsOf(cluster: Cluster, config: Environment['config']): Pick<AttachedPorts, 'tenants'> {
  if (!config.tenantMode) return {};
  const secretsAs = (account: string | undefined) => clusterAs(cluster, account).secretsMetadata;
  return { tenants: { tenancy: tenancyOf(config), secretsAs } };
}

function detachAll(
  { releases, secrets, syncs, actors, unseen, untouched }: Attached,
  cluster: Detached,
  signal: AbortSignal,
): readonly Promise<Result>[] {
  const places = createSemaphore(AT_ONCE);
  const storageAs = byAccount((account: string | undefined) => {
    const seen = clusterAs(cluster, account);
    return createStorage(seen.secrets, seen.secretsMetadata);
  });
  const one = async (object: string, detach: () => Promise<string | undefined>): Promise<Result> => {
    try {
      const what = await places.run(signal, detach);
      return what === undefined ? { kind: 'clean', object } : { kind: 'cleaned', object, what };
    } catch (error) {
      return { kind: 'failed', object, why: describe(error) };
    }
  };
  return [
    ...syncs.map((sync) => one(nameOf(SYNC_KIND, sync), () => detachSync(sync, cluster.syncs, signal))),
    ...releases.map((release) =>
      one(nameOf('HelmRelease', release), () => detachRelease(release, cluster.releases, signal)),
    ),
    ...secrets.map((secret) =>
      one(nameOf('Secret', secret), () =>
        detachRevision(secret.metadata, storageAs(actors.get(secret.metadata.namespace ?? '')), signal),
      ),
    ),
    ...[...untouched].map(([object, why]) => Promise.resolve<Result>({ kind: 'untouched', object, why })),
    ...[...unseen].map(([object, why]) => Promise.resolve<Result>({ kind: 'failed', object, why })),
  ];
}

async function findBack(
  cleaned: ReadonlySet<string>,
  cluster: Detached,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> {
  await sleep(LOOK_AGAIN_MS, signal);
  const { releases, secrets, syncs } = await findAttached(cluster, namespace, signal);
  const held = syncs.filter((sync) => finalizers.hasFinalizer(sync, SYNC_FINALIZER));
  return [
    ...held.map((sync) => nameOf(SYNC_KIND, sync)),
    ...releases.filter(hasFinalizer).map((release) => nameOf('HelmRelease', release)),
    ...secrets.map((secret) => nameOf('Secret', secret)),
  ].filter((name) => cleaned.has(name));
}

function lineOf(result: Result): string {
  switch (result.kind) {
    case 'cleaned':
      return `${result.object}: ${result.what}`;
    case 'clean':
      return `${result.object}: has nothing of the operator`;
    case 'untouched':
      return `${result.object}: not looked at, as no HelmRelease has released anything there (${result.why})`;
    case 'failed':
      return `${result.object}: FAILED: ${result.why}`;
  }
}

function sumOf({ releases, secrets, syncs }: Attached, results: readonly Result[]): string {
  const count = (kind: Result['kind']): string => String(results.filter((each) => each.kind === kind).length);
  const others = syncs.length === 0 ? '' : `, ${String(syncs.length)} GitSyncs`;
  return `${String(releases.length)} HelmReleases${others} and ${String(secrets.length)} Secrets of Helm: ${count('cleaned')} cleaned, ${count('clean')} had nothing of the operator, ${count('failed')} failed`;
}

function nameOf(kind: string, object: KubeObject): string {
  return `${kind} ${keyOf(object)}`;
}
