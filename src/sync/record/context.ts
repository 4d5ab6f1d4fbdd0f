/** What every change of a status needs to know. */
export interface SyncContext {
  /** The generation that the pass has read: a newer one that arrives meanwhile is not yet observed. */
  readonly observedGeneration: number;
  readonly now: Date;
}
