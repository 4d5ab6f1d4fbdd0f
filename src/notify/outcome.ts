/** What became of a release: the results of `status.history`, and what makes no revision. */
export type Result =
  | 'Released'
  | 'Failed'
  | 'TestFailed'
  | 'RolledBack'
  | 'Overtaken'
  /** What had failed without a revision of its own is well again. */
  | 'Mended'
  | 'Uninstalled';

/** Of a repository that has a part in a revision: that of the chart, or that of the HelmRelease. */
export interface Commit {
  /** As the HelmRelease or the GitSync writes it, without user and password. */
  readonly repository: string;
  readonly id: string;
}

/** One thing that came of a HelmRelease. Plain data without secrets: it is kept while it waits to be sent. */
export interface Outcome {
  /** Tells it from all other outcomes of the same HelmRelease. */
  readonly key: string;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly releaseName: string;
  readonly targetNamespace: string;
  readonly result: Result;
  /** For people, without secrets, as status says it. */
  readonly sentence: string;
  /** RFC 3339. */
  readonly time: string;
  readonly revision?: number;
  readonly chart?: string;
  readonly version?: string;
  readonly appVersion?: string;
  /** Commit of the chart, or its version in a chart repository. */
  readonly sourceRevision?: string;
  readonly action?: string;
  readonly cause?: string;
  readonly commits: readonly Commit[];
}

const GOOD: ReadonlySet<Result> = new Set(['Released', 'Mended']);
const BAD: ReadonlySet<Result> = new Set(['Failed', 'TestFailed', 'RolledBack']);

/** `neither` says nothing of whether the release works. */
export function standingOf({ result }: Pick<Outcome, 'result'>): 'good' | 'bad' | 'neither' {
  if (GOOD.has(result)) return 'good';
  return BAD.has(result) ? 'bad' : 'neither';
}

export function idOf({ uid, key }: Pick<Outcome, 'uid' | 'key'>): string {
  return `${uid} ${key}`;
}
