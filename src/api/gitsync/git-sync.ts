import type { z } from 'zod';
import type { DeepReadonly } from '../helm-release.ts';
import type { ObjectMeta } from '../metadata.ts';
import type { faultSchema, syncFailureSchema } from './schema/failure.ts';
import type {
  heldPruneSchema,
  inventoryEntrySchema,
  inventorySchema,
  keptSchema,
} from './schema/inventory.ts';
import type { syncSpecSchema } from './schema/spec.ts';
import type { syncStatusSchema } from './schema/status.ts';

export type GitSyncSpec = DeepReadonly<z.infer<typeof syncSpecSchema>>;
export type GitSyncStatus = DeepReadonly<z.infer<typeof syncStatusSchema>>;
export type SyncFailure = DeepReadonly<z.infer<typeof syncFailureSchema>>;
export type SyncFault = DeepReadonly<z.infer<typeof faultSchema>>;
export type SyncInventory = DeepReadonly<z.infer<typeof inventorySchema>>;
export type InventoryEntry = DeepReadonly<z.infer<typeof inventoryEntrySchema>>;
export type HeldPrune = DeepReadonly<z.infer<typeof heldPruneSchema>>;
export type KeptObject = DeepReadonly<z.infer<typeof keptSchema>>;

/** A GitSync as the API server serves it. */
export interface GitSync {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
  readonly spec: GitSyncSpec;
  readonly status?: GitSyncStatus;
}
