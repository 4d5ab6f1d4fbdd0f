import { accountOf } from '../api/gitsync/settings.ts';
import { createDocumentReader } from '../kube/documents.ts';
import type { ReadDocument } from '../kube/documents.ts';
import type { KubeObject } from '../kube/resource-type.ts';
import type { Store } from '../kube/store.ts';
import { createRemoteOf } from '../sync/fetch/remote-of.ts';
import { createInventoryStore } from '../sync/inventory/store.ts';
import type { InventoryStore } from '../sync/inventory/store.ts';
import type { SourcePorts } from '../sync/source.ts';
import { clusterAs } from './access.ts';
import { byAccount } from './by-account.ts';
import type { Cluster } from './cluster.ts';

export interface SyncAccessOptions {
  /** Whether all that is beside a GitSync is read and written as its account. */
  readonly tenantMode: boolean;
  readonly digestKey: Buffer;
  /** Metadata of the Secrets that are watched. */
  readonly watched: Pick<Store<KubeObject>, 'get'>;
}

/** What lies beside a GitSync: its Secrets, and the list of its objects where that is long. */
export interface SyncAccess {
  /** The Secrets of a GitSync of this account. */
  readonly readSecretAs: (account: string) => ReadDocument;
  readonly remoteOf: SourcePorts['remoteOf'];
  readonly inventory: InventoryStore;
}

export function syncAccess(
  cluster: Cluster,
  { tenantMode, digestKey, watched }: SyncAccessOptions,
): SyncAccess {
  const inventoryBy = ({ configMaps }: Pick<Cluster, 'configMaps'>): InventoryStore =>
    createInventoryStore({ configMaps, digestKey });
  if (!tenantMode) {
    const readSecret = createDocumentReader(cluster.secrets, watched);
    return {
      readSecretAs: () => readSecret,
      remoteOf: createRemoteOf(readSecret),
      inventory: inventoryBy(cluster),
    };
  }
  const readSecretAs = byAccount((account: string) =>
    // Nobody tells of a change, and a right may be taken at any time.
    createDocumentReader(clusterAs(cluster, account).secrets, { get: () => undefined }, 0),
  );
  const inventoryAs = byAccount((account: string) => inventoryBy(clusterAs(cluster, account)));
  return {
    readSecretAs,
    remoteOf: (settings, signal) => createRemoteOf(readSecretAs(settings.account))(settings, signal),
    inventory: {
      load: (sync, signal) => inventoryAs(accountOf(sync)).load(sync, signal),
      save: (sync, inventory, signal) => inventoryAs(accountOf(sync)).save(sync, inventory, signal),
    },
  };
}
