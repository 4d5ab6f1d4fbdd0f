/** Whether an object does its work. `why` is a sentence for people that begins with the object's name. */
export type Health =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progressing'; readonly why: string }
  | { readonly kind: 'failed'; readonly why: string };

export const READY: Health = { kind: 'ready' };

/**
 * One verdict over many: failed if one has failed, ready if all are. The sentence is that of the first object that is
 * not well; how many others there are follows it.
 */
export function combine(healths: readonly Health[]): Health {
  const unwell = healths.filter((health) => health.kind !== 'ready');
  const worst = unwell.find(({ kind }) => kind === 'failed') ?? unwell[0];
  if (worst === undefined) return READY;
  const others = unwell.length - 1;
  if (others === 0) return worst;
  return { kind: worst.kind, why: `${worst.why} (and ${String(others)} more)` };
}
