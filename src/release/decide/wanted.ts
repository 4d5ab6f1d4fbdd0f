/** What the decision needs to know of the desired state. */
export interface Wanted {
  readonly digest: string;
  readonly rollback: boolean;
  /** Longest time that anybody's helm may hold the release; older locks are stale. */
  readonly lockLimitMs: number;
  /** The operator itself came with it: nothing may uninstall it. */
  readonly isOwn: boolean;
}
