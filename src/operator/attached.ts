import { describe } from '../api/errors.ts';
import type { GitSync } from '../api/gitsync/git-sync.ts';
import type { HelmRelease } from '../api/helm-release.ts';
import { keyOf } from '../api/metadata.ts';
import { GITOPS_API_VERSION, SYNC_KIND } from '../api/names.ts';
import { targetOf } from '../api/release-name.ts';
import { ownerMark } from '../helm/storage/marks.ts';
import { revisionOf } from '../helm/storage/revision.ts';
import { isNotFound } from '../kube/errors.ts';
import type { KubeObject } from '../kube/resource-type.ts';
import type { Resource } from '../kube/resource.ts';
import { marksOn } from '../release/detach/detach-revision.ts';
import { formatTarget } from '../release/plan.ts';
import { HELM_SECRETS } from './cluster.ts';
import type { Cluster } from './cluster.ts';

/** What an operator has its marks on, or may have. */
export interface Attached {
  readonly releases: readonly HelmRelease[];
  /** Helm's Secrets that carry a mark of ours, without their payload. */
  readonly secrets: readonly KubeObject[];
  readonly syncs: readonly GitSync[];
  /** What could not be listed, and why: `Secrets of NAMESPACE`. */
  readonly unseen: ReadonlyMap<string, string>;
}

export interface AttachedPorts {
  readonly releases: Pick<Cluster['releases'], 'list'>;
  readonly secretsMetadata: Pick<Cluster['secretsMetadata'], 'list'>;
  readonly syncs: Pick<Resource<GitSync>, 'list'>;
  readonly discovery: Pick<Cluster['discovery'], 'find'>;
}

const ALL = 'all namespaces';

/** In one namespace its HelmReleases and GitSyncs, and the Secrets of their releases wherever these are. */
export async function findAttached(
  ports: AttachedPorts,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<Attached> {
  const { secretsMetadata } = ports;
  const found = await listReleases(ports.releases, namespace, signal);
  const places = namespace === undefined ? [undefined] : placesOf(namespace, found);
  const secrets: KubeObject[] = [];
  const unseen = new Map<string, string>();
  for (const place of places) {
    try {
      const { items } = await secretsMetadata.list({ namespace: place, labelSelector: HELM_SECRETS }, signal);
      secrets.push(...items.filter(({ metadata }) => marksOn(metadata).length > 0));
    } catch (error) {
      signal.throwIfAborted();
      unseen.set(`Secrets of ${place ?? ALL}`, describe(error));
    }
  }
  const syncs = await listSyncs(ports, namespace, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    unseen.set(`GitSyncs of ${namespace ?? ALL}`, describe(error));
    return [];
  });
  const isTheirs = namespace === undefined ? (): boolean => true : belongsTo(found);
  return {
    releases: found.toSorted(byKey),
    secrets: secrets.filter(isTheirs).toSorted(byKey),
    syncs: syncs.toSorted(byKey),
    unseen,
  };
}

/** None where the kind itself is gone: Helm's Secrets may still have marks. */
async function listReleases(
  releases: AttachedPorts['releases'],
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<readonly HelmRelease[]> {
  try {
    return (await releases.list({ namespace }, signal)).items;
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** Asked for only where there is the kind: an installation of Helm Operator has no rights for it. */
async function listSyncs(
  { syncs, discovery }: AttachedPorts,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<readonly GitSync[]> {
  const type = await discovery.find(GITOPS_API_VERSION, SYNC_KIND, signal);
  return type === undefined ? [] : (await syncs.list({ namespace }, signal)).items;
}

function placesOf(namespace: string, releases: readonly HelmRelease[]): readonly string[] {
  const others = releases.flatMap((release) => [
    targetOf(release).namespace,
    ...(release.status?.leftBehind ?? []).map((left) => left.namespace),
  ]);
  return [...new Set([namespace, ...others])];
}

/** Releases of the HelmReleases of other namespaces may be stored beside. */
function belongsTo(releases: readonly HelmRelease[]): (secret: KubeObject) => boolean {
  const owners = new Set(releases.map((release) => ownerMark(keyOf(release))));
  const targets = new Set(releases.map((release) => formatTarget(targetOf(release))));
  return ({ metadata }) => {
    const record = revisionOf(metadata);
    if (record?.marks.owner !== undefined) return owners.has(record.marks.owner);
    return (
      record !== undefined &&
      targets.has(formatTarget({ namespace: record.namespace, releaseName: record.name }))
    );
  };
}

function byKey(a: KubeObject, b: KubeObject): number {
  return keyOf(a) < keyOf(b) ? -1 : 1;
}
