import { describe } from '../api/errors.ts';
import type { HelmRelease } from '../api/helm-release.ts';
import { keyOf } from '../api/metadata.ts';
import { targetOf } from '../api/release-name.ts';
import { ownerMark } from '../helm/storage/marks.ts';
import { revisionOf } from '../helm/storage/revision.ts';
import { isNotFound } from '../kube/errors.ts';
import type { KubeObject } from '../kube/resource-type.ts';
import { marksOn } from '../release/detach/detach-revision.ts';
import { formatTarget } from '../release/plan.ts';
import { HELM_SECRETS } from './cluster.ts';
import type { Cluster } from './cluster.ts';

/** What an operator has its marks on, or may have. */
export interface Attached {
  readonly releases: readonly HelmRelease[];
  /** Helm's Secrets that carry a mark of ours, without their payload. */
  readonly secrets: readonly KubeObject[];
  /** Namespaces whose Secrets could not be listed, and why. */
  readonly unseen: ReadonlyMap<string, string>;
}

export interface AttachedPorts {
  readonly releases: Pick<Cluster['releases'], 'list'>;
  readonly secretsMetadata: Pick<Cluster['secretsMetadata'], 'list'>;
}

/** In one namespace its HelmReleases, and the Secrets of their releases wherever these are. */
export async function findAttached(
  { releases, secretsMetadata }: AttachedPorts,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<Attached> {
  const found = await listReleases(releases, namespace, signal);
  const places = namespace === undefined ? [undefined] : placesOf(namespace, found);
  const secrets: KubeObject[] = [];
  const unseen = new Map<string, string>();
  for (const place of places) {
    try {
      const { items } = await secretsMetadata.list({ namespace: place, labelSelector: HELM_SECRETS }, signal);
      secrets.push(...items.filter(({ metadata }) => marksOn(metadata).length > 0));
    } catch (error) {
      signal.throwIfAborted();
      unseen.set(place ?? 'all namespaces', describe(error));
    }
  }
  const isTheirs = namespace === undefined ? (): boolean => true : belongsTo(found);
  return {
    releases: found.toSorted(byKey),
    secrets: secrets.filter(isTheirs).toSorted(byKey),
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
