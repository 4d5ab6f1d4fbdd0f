/** The steps of a pass that can fail; kept in `status.failure.step`. */
export type Step =
  | 'chart'
  | 'values'
  | 'install'
  | 'upgrade'
  | 'wait'
  | 'test'
  | 'rollback'
  | 'uninstall'
  | 'ownership'
  | 'spec';

/** What earlier passes learned, read back from status: the part of our knowledge that Helm does not keep. */
export interface Memory {
  readonly failure?: RememberedFailure;
  /** The rollback that was to undo the input failed, which is no failure of the input. */
  readonly rollback?: RememberedFailure;
  /** What is left of a release could not be removed. */
  readonly uninstall?: RememberedFailure;
  /** What the last helm run was meant to make: tells our own interrupted work from other people's. */
  readonly intent?: Intent;
  /** A person asked for a pass now: stalls and backoffs do not hold it. */
  readonly requested: boolean;
}

export interface RememberedFailure {
  readonly step: Step;
  /** The desired digest that failed. */
  readonly digest: string;
  /** The revision that failed; absent when helm failed before it made one. */
  readonly revision?: number;
  /** Time until the next try; absent when only another input can help. */
  readonly dueInMs?: number;
  /** It failed over a release that was there, and was no first installation. */
  readonly wasUpgrade?: true;
}

export interface Intent {
  readonly action: 'install' | 'upgrade' | 'rollback' | 'uninstall' | 'test';
  readonly digest: string;
  readonly toRevision: number;
}
