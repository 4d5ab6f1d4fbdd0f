import type { Fault } from './document.ts';
import type { Inventory } from './inventory/entry.ts';
import type { SyncFailed } from './record/fail.ts';
import { sentenceOf } from './record/failure.ts';

/** How bringing a revision in has ended. */
export type BringInEnd =
  | { readonly kind: 'done'; readonly inventory: Inventory }
  /** Another GitSync has to look at the same commit first; it is tried again then, or after this time. */
  | { readonly kind: 'waiting'; readonly ms: number; readonly inventory: Inventory }
  | BringInFailed;

export interface BringInFailed extends Omit<SyncFailed, 'revision'> {
  readonly kind: 'failed';
  /** When something may have been applied before. */
  readonly inventory?: Inventory;
}

export function refusal(step: SyncFailed['step'], faults: readonly Fault[], retry: boolean): BringInFailed {
  return { kind: 'failed', step, cause: sentenceOf(faults), faults, retry };
}
