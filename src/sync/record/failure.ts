import type { GitSyncStatus, SyncFailure, SyncFault } from '../../api/gitsync/git-sync.ts';
import { MAX_SHOWN } from '../../api/gitsync/schema/limits.ts';
import { type StandingContext, troubled } from '../../api/standing.ts';
import { kubeTime } from '../../api/time.ts';
import type { Fault } from '../document.ts';

export type SyncStep = SyncFailure['step'];

export interface FailedSync {
  readonly step: SyncStep;
  /** The sentence for people: cause and way out. */
  readonly cause: string;
  /** What it was tried with; absent if there was none. */
  readonly revision?: string;
  readonly faults?: readonly Fault[];
  /** Milliseconds until the next try. Infinite when there is no time for it; absent when only another input can help. */
  readonly nextTryMs?: number;
}

/** One word for what is wrong, which alerts and scripts may rely on. */
const REASONS: Readonly<Record<SyncStep, string>> = {
  fetch: 'SourceUnavailable',
  verify: 'SignatureRefused',
  build: 'BuildFailed',
  dryRun: 'DryRunFailed',
  apply: 'ApplyFailed',
  prune: 'PruneFailed',
  spec: 'InvalidSpec',
  rights: 'Forbidden',
};

const NONE = { applied: 0, unchanged: 0, pruned: 0, failed: 0 };

/** The last failure, if the same step has failed with the same revision. */
export function sameFailure(
  { failure }: GitSyncStatus,
  { step, revision }: Pick<FailedSync, 'step' | 'revision'>,
): SyncFailure | undefined {
  return failure?.step === step && failure.revision === revision ? failure : undefined;
}

/** With the one that is being told of. */
export function attemptsOf(last: SyncFailure | undefined): number {
  return (last?.attempts ?? 0) + 1;
}

export function failed(status: GitSyncStatus, event: FailedSync, context: StandingContext): GitSyncStatus {
  const { step, cause, revision, faults = [], nextTryMs } = event;
  const last = sameFailure(status, event);
  const failure: SyncFailure = {
    ...{ step, cause },
    ...(revision === undefined ? {} : { revision }),
    attempts: attemptsOf(last),
    since: last?.since ?? kubeTime(context.now),
    ...(nextTryMs === undefined || nextTryMs === Number.POSITIVE_INFINITY
      ? {}
      : { nextTry: kubeTime(new Date(context.now.getTime() + nextTryMs)) }),
    ...(faults.length === 0 ? {} : { faults: faults.slice(0, MAX_SHOWN).map(shown) }),
  };
  const next: GitSyncStatus = {
    ...status,
    observedGeneration: context.observedGeneration,
    ...(revision === undefined ? {} : { attemptedRevision: revision }),
    ...(faults.length === 0 ? {} : { counts: { ...NONE, failed: faults.length } }),
    failure,
  };
  return troubled(next, REASONS[step], withCommit(event), nextTryMs !== undefined, context);
}

const OF_A_COMMIT: ReadonlySet<SyncStep> = new Set(['build', 'dryRun', 'apply']);

/** The cause, for where it stands alone: what is in the cluster may be of another commit than the one that has failed. */
export function withCommit({
  step,
  cause,
  revision,
}: Pick<FailedSync, 'step' | 'cause' | 'revision'>): string {
  if (revision === undefined || !OF_A_COMMIT.has(step)) return cause;
  const commit = revision.slice(revision.lastIndexOf(':') + 1).slice(0, 12);
  return cause.includes(commit) ? cause : `${cause} (commit ${commit})`;
}

function shown({ file, index, line, object, field, why }: Fault): SyncFault {
  return {
    ...(file === undefined ? {} : { file }),
    ...(index === undefined ? {} : { document: index }),
    ...(line === undefined ? {} : { line }),
    ...(object === undefined ? {} : { object }),
    ...(field === undefined ? {} : { field }),
    why,
  };
}

/** The first fault in a sentence, with its place, and how many more there are. */
export function sentenceOf(faults: readonly Fault[]): string {
  const [first] = faults;
  if (first === undefined) return 'it failed for no known reason';
  const more =
    faults.length === 1 ? '' : ` (and ${String(faults.length - 1)} more, see status.failure.faults)`;
  return `${formatFault(first)}${more}`;
}

/** Where it is, and what. */
export function formatFault({ file, index, line, object, field, why }: Fault): string {
  const place = [
    file,
    index === undefined ? undefined : `document ${String(index)}`,
    line === undefined ? undefined : `line ${String(line)}`,
    object,
    field,
  ].filter((part) => part !== undefined);
  return `${place.join(', ')}${place.length === 0 ? '' : ': '}${why}`;
}
