import type { Entry, Inventory } from '../inventory/entry.ts';

export interface PruneInput {
  readonly inventory: Inventory;
  /** Ids that Git holds. */
  readonly wanted: ReadonlySet<string>;
  /** spec.prune. */
  readonly prune: boolean;
  /** A person has confirmed what is held, for this very revision. */
  readonly confirmed: boolean;
}

export type PruneDecision =
  | { readonly kind: 'nothing' }
  /** They are no longer looked after, and stay. */
  | { readonly kind: 'let-go'; readonly gone: readonly Gone[] }
  | { readonly kind: 'prune'; readonly gone: readonly Gone[] }
  | { readonly kind: 'hold'; readonly gone: readonly Gone[]; readonly of: number; readonly why: string };

/** An object that has left Git. */
export interface Gone {
  readonly key: string;
  readonly entry: Entry;
}

/** A folder that was emptied by mistake, or a path that no longer means what it meant, must not empty the cluster. */
const MOST_AT_ONCE = 0.5;

/** What is done about objects that have left Git. Whether each of them may be deleted its own annotations say. */
export function decidePrune({ inventory, wanted, prune, confirmed }: PruneInput): PruneDecision {
  const gone = [...inventory].flatMap(([key, entry]) => (wanted.has(key) ? [] : [{ key, entry }]));
  if (gone.length === 0) return { kind: 'nothing' };
  if (!prune) return { kind: 'let-go', gone };
  const of = inventory.size;
  if (confirmed) return { kind: 'prune', gone };
  if (wanted.size === 0) return { kind: 'hold', gone, of, why: 'nothing is left in Git' };
  if (gone.length > of * MOST_AT_ONCE) return { kind: 'hold', gone, of, why: 'more than half has left Git' };
  return { kind: 'prune', gone };
}
