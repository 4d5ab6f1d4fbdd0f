/** How one pass over a release ended. The queue and the metrics read this one value. */
export type Outcome =
  /** As wanted; looked at again at the next resync. */
  | { readonly kind: 'done' }
  /** Something is under way; an event may wake the release before. */
  | { readonly kind: 'wait'; readonly ms: number }
  /** Failed; tried again after `ms`. */
  | { readonly kind: 'retry'; readonly ms: number }
  /** Failed, and nothing but a change of its input helps. */
  | { readonly kind: 'stalled'; readonly cause: string };
