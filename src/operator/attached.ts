import { describe } from '../api/errors.ts';
import type { GitSync } from '../api/gitsync/git-sync.ts';
import type { HelmRelease } from '../api/helm-release.ts';
import { keyOf } from '../api/metadata.ts';
import { GITOPS_API_VERSION, SYNC_KIND } from '../api/names.ts';
import { targetOf } from '../api/release-name.ts';
import type { Tenancy } from '../api/tenancy.ts';
import { ownerMark } from '../helm/storage/marks.ts';
import { revisionOf } from '../helm/storage/revision.ts';
import { isNotFound } from '../kube/errors.ts';
import type { KubeObject } from '../kube/resource-type.ts';
import type { Resource } from '../kube/resource.ts';
import { actorOf } from '../release/actor.ts';
import { marksOn } from '../release/detach/detach-revision.ts';
import { formerTarget } from '../release/observe/former-target.ts';
import { hasManaged } from '../release/observe/has-managed.ts';
import { formatTarget } from '../release/plan.ts';
import { HELM_SECRETS } from './cluster.ts';
import type { Cluster } from './cluster.ts';

/** What an operator has its marks on, or may have. */
export interface Attached {
  readonly releases: readonly HelmRelease[];
  /** Helm's Secrets that carry a mark of ours, without their payload. */
  readonly secrets: readonly KubeObject[];
  readonly syncs: readonly GitSync[];
  /** The account that was shown the Secrets of a namespace; none where the operator itself was. */
  readonly actors: ReadonlyMap<string, string>;
  /** What could not be listed, and why: `Secrets of NAMESPACE`. */
  readonly unseen: ReadonlyMap<string, string>;
  /** The same of where no HelmRelease has ever released anything: there are no marks to miss. */
  readonly untouched: ReadonlyMap<string, string>;
}

export interface AttachedPorts {
  readonly releases: Pick<Cluster['releases'], 'list'>;
  readonly secretsMetadata: Pick<Cluster['secretsMetadata'], 'list'>;
  readonly syncs: Pick<Resource<GitSync>, 'list'>;
  readonly discovery: Pick<Cluster['discovery'], 'find'>;
  /** With `--tenant-mode`: Helm's Secrets as the account of a HelmRelease sees them. */
  readonly tenants?: {
    readonly tenancy: Tenancy;
    readonly secretsAs: (account: string | undefined) => Pick<Cluster['secretsMetadata'], 'list'>;
  };
}

const ALL = 'all namespaces';

/** In one namespace its HelmReleases and GitSyncs, and the Secrets of their releases wherever these are. */
export async function findAttached(
  ports: AttachedPorts,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<Attached> {
  const found = await listReleases(ports.releases, namespace, signal);
  const secrets: KubeObject[] = [];
  const unseen = new Map<string, string>();
  const actors = new Map<string, string>();
  const seen = new Set<string>();
  for (const { place, account, secretsMetadata } of viewsOf(ports, namespace, found)) {
    const name = nameOfSecrets(place);
    // Of several accounts that release to one namespace one is enough.
    if (seen.has(name)) continue;
    try {
      const { items } = await secretsMetadata.list({ namespace: place, labelSelector: HELM_SECRETS }, signal);
      secrets.push(...items.filter(({ metadata }) => marksOn(metadata).length > 0));
      if (place !== undefined && account !== undefined) actors.set(place, account);
      seen.add(name);
      unseen.delete(name);
    } catch (error) {
      signal.throwIfAborted();
      unseen.set(name, describe(error));
    }
  }
  const untouched = new Map<string, string>();
  for (const [name, place] of elsewhereThan(namespace, found)) {
    const why = unseen.get(name);
    if (why === undefined || found.some((release) => hasReleasedTo(release, place))) continue;
    untouched.set(name, why);
    unseen.delete(name);
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
    ...{ actors, unseen, untouched },
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

interface View {
  /** A namespace; undefined for all. */
  readonly place: string | undefined;
  readonly account?: string | undefined;
  readonly secretsMetadata: AttachedPorts['secretsMetadata'];
}

function viewsOf(
  { secretsMetadata, tenants }: AttachedPorts,
  namespace: string | undefined,
  releases: readonly HelmRelease[],
): readonly View[] {
  if (tenants !== undefined) {
    const { tenancy, secretsAs } = tenants;
    return releases.flatMap((release) => {
      const actor = actorOf(release, tenancy);
      return [{ ...targetOf(release), account: actor }, ...(release.status?.leftBehind ?? [])].map(
        ({ namespace: place, account = actor }) => ({ place, account, secretsMetadata: secretsAs(account) }),
      );
    });
  }
  const places = namespace === undefined ? [undefined] : placesOf(namespace, releases);
  return places.map((place) => ({ place, secretsMetadata }));
}

function placesOf(namespace: string, releases: readonly HelmRelease[]): readonly string[] {
  const others = releases.flatMap((release) => [
    targetOf(release).namespace,
    ...(release.status?.leftBehind ?? []).map((left) => left.namespace),
  ]);
  return [...new Set([namespace, ...others])];
}

function nameOfSecrets(place: string | undefined): string {
  return `Secrets of ${place ?? ALL}`;
}

/** Where HelmReleases point to from their namespace; none where the whole cluster is seen. */
function elsewhereThan(
  namespace: string | undefined,
  releases: readonly HelmRelease[],
): readonly (readonly [string, string])[] {
  if (namespace === undefined) return [];
  return placesOf(namespace, releases)
    .filter((place) => place !== namespace)
    .map((place) => [nameOfSecrets(place), place]);
}

/** Unless a release was made there, or may have been. What was restored without its status is not told from what is new. */
function hasReleasedTo({ status = {}, ...release }: HelmRelease, place: string): boolean {
  const target = targetOf(release);
  const isThere = ({ namespace }: { readonly namespace: string }): boolean => namespace === place;
  const former = formerTarget(status, target);
  if ((status.leftBehind ?? []).some(isThere) || (former !== undefined && isThere(former))) return true;
  return isThere(target) && (status.deployed !== undefined || hasManaged(status, target));
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
