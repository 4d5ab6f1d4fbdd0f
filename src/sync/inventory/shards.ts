import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { InventoryEntry } from '../../api/gitsync/git-sync.ts';
import { entriesOf, type Entry, inventoryOf, type Inventory } from './entry.ts';

/** A change of one object rewrites a sixteenth of a large inventory. */
export const SHARDS = 16;

/** In the place of the number of a part. */
const WHOLE = -1;

/** A part of an inventory as it is written down. */
export interface Shard {
  readonly entries: string;
  readonly seal: string;
}

export interface SealOptions {
  /** Of the GitSync: a shard of another is none of this one. */
  readonly uid: string;
  readonly key: Buffer;
}

/** Whoever may write ConfigMaps must not choose what is pruned, so each shard is sealed with the operator's key. */
export function toShards(inventory: Inventory, options: SealOptions): readonly Shard[] {
  const parts = Map.groupBy(inventory, ([key]) => shardOf(key));
  return Array.from({ length: SHARDS }, (_, number) => {
    const entries = JSON.stringify(entriesOf(new Map(parts.get(number) ?? [])));
    return { entries, seal: sealOf(entries, number, options) };
  });
}

/** An inventory that is written down as a whole: whoever reads it gets its fields in an order of their own. */
export function sealOfWhole(inventory: Inventory, options: SealOptions): string {
  return sealOf(wholeText(inventory), WHOLE, options);
}

export function isSealedWhole(inventory: Inventory, seal: string, options: SealOptions): boolean {
  return isSealed({ entries: wholeText(inventory), seal }, WHOLE, options);
}

function wholeText(inventory: Inventory): string {
  return JSON.stringify(entriesOf(inventoryOf(entriesOf(inventory))));
}

/** Undefined if one is missing or was changed by somebody else. */
export function fromShards(
  shards: readonly (Shard | undefined)[],
  options: SealOptions,
): Inventory | undefined {
  const entries: [string, Entry][] = [];
  for (let number = 0; number < SHARDS; number += 1) {
    const shard = shards[number];
    if (shard === undefined || !isSealed(shard, number, options)) return undefined;
    entries.push(...inventoryOf(JSON.parse(shard.entries) as readonly InventoryEntry[]));
  }
  return new Map(entries);
}

function shardOf(key: string): number {
  return createHash('sha256').update(key).digest().readUInt8(0) % SHARDS;
}

function sealOf(entries: string, number: number, { uid, key }: SealOptions): string {
  return createHmac('sha256', key)
    .update(`gitsync inventory\0${uid}\0${String(number)}\0`)
    .update(entries)
    .digest('base64url');
}

function isSealed({ entries, seal }: Shard, number: number, options: SealOptions): boolean {
  const [given, right] = [seal, sealOf(entries, number, options)].map((text) =>
    createHash('sha256').update(text).digest(),
  );
  return given !== undefined && right !== undefined && timingSafeEqual(given, right);
}
