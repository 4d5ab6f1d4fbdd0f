import type { GitSync } from '../api/gitsync/git-sync.ts';
import { keyOf } from '../api/metadata.ts';
import { GITOPS_API_VERSION, SYNC_KIND } from '../api/names.ts';
import { createDocumentReader } from '../kube/documents.ts';
import { createResource } from '../kube/resource.ts';
import type { OwnCommitOf } from '../release/desire/own-chart.ts';
import { createClaims, withClaims } from '../sync/claims.ts';
import { createRemoteOf } from '../sync/fetch/remote-of.ts';
import { createInventoryStore } from '../sync/inventory/store.ts';
import type { Cluster } from './cluster.ts';
import { createOwnCommitOf } from './own-commit.ts';
import { SYNCS } from './sync-kind.ts';

/** For whoever looks once: as the inventories of all GitSyncs are now. */
export async function listedOwnCommits(
  cluster: Cluster,
  { namespace, digestKey }: { readonly namespace: string | undefined; readonly digestKey: Buffer },
  signal: AbortSignal,
): Promise<OwnCommitOf> {
  const claims = createClaims();
  const inventory = withClaims(createInventoryStore({ configMaps: cluster.configMaps, digestKey }), claims);
  const isServed = (await cluster.discovery.find(GITOPS_API_VERSION, SYNC_KIND, signal)) !== undefined;
  const syncs = createResource<GitSync>(cluster.transport, SYNCS);
  const { items } = isServed ? await syncs.list({ namespace }, signal) : { items: [] };
  for (const sync of items) await inventory.load(sync, signal);
  const byKey = new Map(items.map((sync) => [keyOf(sync), sync]));
  return createOwnCommitOf({
    claims,
    find: (key) => byKey.get(key),
    isSynced: () => true,
    remoteOf: createRemoteOf(createDocumentReader(cluster.secrets, { get: () => undefined })),
  });
}
