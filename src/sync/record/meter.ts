/** Where it is counted what GitSyncs put back. */
export interface SyncMeter {
  readonly corrected: (key: string, objects: number) => void;
}
