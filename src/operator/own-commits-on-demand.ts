import type { GitSync } from '../api/gitsync/git-sync.ts';
import { formatKey, type ObjectKey } from '../api/metadata.ts';
import { GITOPS_API_VERSION, SYNC_KIND } from '../api/names.ts';
import { createMemo } from '../git/memo.ts';
import { createResource } from '../kube/resource.ts';
import type { OwnCommitOf } from '../release/desire/own-chart.ts';
import { createClaims, withClaims } from '../sync/claims.ts';
import type { InventoryStore } from '../sync/inventory/store.ts';
import type { SourcePorts } from '../sync/source.ts';
import type { Cluster } from './cluster.ts';
import { createOwnCommitOf } from './own-commit.ts';
import { syncAccess } from './sync-access.ts';
import { SYNCS } from './sync-kind.ts';

export interface OnDemandPorts {
  /** Undefined where there is no such GitSync. */
  readonly findSync: (ref: ObjectKey, signal: AbortSignal) => Promise<GitSync | undefined>;
  readonly inventory: InventoryStore;
  readonly remoteOf: SourcePorts['remoteOf'];
  /** Whether inventories can be told from what somebody has written in their place. */
  readonly knowsKey: boolean;
  readonly digestKey: Buffer;
}

interface Looked {
  readonly sync: GitSync | undefined;
  readonly isLost: boolean;
}

/** GitSyncs of one plan. */
const MAX_SYNCS = 10_000;

/** For whoever looks once: as the inventory of the GitSync that a release names is now. Others are not asked for. */
export function createOwnCommitsOnDemand(ports: OnDemandPorts): OwnCommitOf {
  const { findSync, remoteOf, digestKey, ...more } = ports;
  const claims = createClaims();
  const inventory = withClaims(more.inventory, claims);
  const looks = createMemo<Looked>(MAX_SYNCS);
  const known = new Map<string, GitSync>();
  const ownCommitOf = createOwnCommitOf({
    ...{ claims, remoteOf, digestKey },
    find: (key) => known.get(key),
    isSynced: () => true,
  });

  async function look(ref: ObjectKey, signal: AbortSignal): Promise<Looked> {
    const sync = await findSync(ref, signal);
    if (sync === undefined) return { sync, isLost: false };
    const { kind } = await inventory.load(sync, signal);
    known.set(formatKey(ref), sync);
    return { sync, isLost: kind === 'lost' };
  }

  return async (source, signal) => {
    const { sync } = source.said;
    if (sync === undefined) return await ownCommitOf(source, signal);
    const key = formatKey(sync);
    const { isLost } = await looks.get(key, signal, (shared) => look(sync, shared));
    if (!isLost) return await ownCommitOf(source, signal);
    const why = more.knowsKey
      ? `GitSync ${key}, whose inventory is lost: somebody has changed or deleted it, and the operator makes it anew`
      : `GitSync ${key}, whose inventory nobody can check without the digest key: name the operator's namespace by --operator-namespace`;
    return { kind: 'not-known-yet', why };
  };
}

export interface OnDemandOptions {
  /** The only one that is looked at; undefined for all. */
  readonly namespace: string | undefined;
  readonly digestKey: Buffer;
  readonly knowsKey: boolean;
  readonly tenantMode: boolean;
}

export function ownCommitsOnDemand(
  cluster: Cluster,
  { namespace, digestKey, knowsKey, tenantMode }: OnDemandOptions,
): OwnCommitOf {
  const syncs = createResource<GitSync>(cluster.transport, SYNCS);
  return createOwnCommitsOnDemand({
    ...{ knowsKey, digestKey },
    findSync: async (ref, signal) => {
      if (namespace !== undefined && ref.namespace !== namespace) return undefined;
      // Who may not look at a kind that the cluster does not have would be told of a right that lacks.
      const type = await cluster.discovery.find(GITOPS_API_VERSION, SYNC_KIND, signal);
      return type && (await syncs.get(ref, signal));
    },
    ...syncAccess(cluster, { tenantMode, digestKey, watched: { get: () => undefined } }),
  });
}
