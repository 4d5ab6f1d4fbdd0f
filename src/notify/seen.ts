import { conditionOf } from '../api/conditions.ts';
import type { HelmRelease, HistoryEntry } from '../api/helm-release.ts';
import { targetOf } from '../api/release-name.ts';
import { shortHash } from '../api/short-hash.ts';
import { commitsOf, distinct } from './commits.ts';
import type { Outcome } from './outcome.ts';
import { cut } from './sender.ts';

/** What one look at a HelmRelease shows of its outcomes. */
export interface Seen {
  /** Of revisions whose result is known, the oldest first. */
  readonly finished: readonly Outcome[];
  /** A failure that stands and made no revision. */
  readonly failing: Outcome | undefined;
  /** What is to be said if such a failure is over; undefined while the release is not ready. */
  readonly mended: Outcome | undefined;
}

/** Of what waits to be sent, many have to fit into one Secret. */
const MAX_SENTENCE = 4_000;

/** Nothing was deployed by taking a release over: it is remembered, and not told. */
export const ADOPTED = 'Adopted';

export function seenOf(release: HelmRelease): Seen {
  const { history = [] } = release.status ?? {};
  return {
    finished: history
      .flatMap((entry) => (isFinished(entry) ? [finishedOutcome(release, entry)] : []))
      .toReversed(),
    failing: failingOutcome(release),
    mended: mendedOutcome(release),
  };
}

/** Whether the key is that of a failure without a revision. */
export function isFailing(key: string): boolean {
  return key.startsWith('-');
}

/** The release is gone, as the HelmRelease wanted. */
export function uninstalledOutcome(release: HelmRelease, at: string): Outcome {
  const outcome = about(release);
  return {
    ...outcome,
    key: 'uninstalled',
    result: 'Uninstalled',
    time: at,
    sentence: `release ${outcome.targetNamespace}/${outcome.releaseName} is uninstalled`,
    commits: [],
  };
}

/** Whether its release is being uninstalled with it, and not left in place. */
export function isUninstalling({ metadata, spec, status }: HelmRelease): boolean {
  if (metadata.deletionTimestamp === undefined || spec.suspend === true) return false;
  return status?.operation?.action === 'uninstall';
}

type About = Pick<Outcome, 'uid' | 'namespace' | 'name' | 'releaseName' | 'targetNamespace'>;

function about(release: HelmRelease): About {
  const { metadata, status } = release;
  const target = targetOf(release);
  return {
    uid: metadata.uid ?? '',
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    releaseName: status?.releaseName ?? target.releaseName,
    targetNamespace: status?.targetNamespace ?? target.namespace,
  };
}

const LETTERS = {
  Released: 'R',
  Failed: 'F',
  TestFailed: 'T',
  RolledBack: 'B',
  Overtaken: 'O',
} as const satisfies Record<Finished['result'], string>;

type Finished = HistoryEntry & { readonly result: Exclude<HistoryEntry['result'], 'Pending'> };

function isFinished(entry: HistoryEntry): entry is Finished {
  // Of one that was overtaken nobody writes down when it ended.
  return entry.result === 'Overtaken' || (entry.result !== 'Pending' && entry.finished !== undefined);
}

function finishedOutcome(release: HelmRelease, entry: Finished): Outcome {
  const { revision, chart, version, appVersion, sourceRevision, action, cause, time } = entry;
  return {
    ...about(release),
    // Of when it was begun: what is looked at once more is no news, and another release may have the number again.
    key: `${String(revision)}${LETTERS[entry.result]}${Math.trunc(Date.parse(time) / 1000).toString(36)}`,
    result: entry.result,
    sentence: cut(sentenceOf(release, entry), MAX_SENTENCE),
    time: entry.finished ?? time,
    ...{ revision, chart, version, sourceRevision, action, cause },
    ...(appVersion === undefined ? {} : { appVersion }),
    commits: commitsBehind(release, entry),
  };
}

function sentenceOf({ status }: HelmRelease, entry: Finished): string {
  const chart = `${entry.chart}-${entry.version}`;
  const revision = `revision ${String(entry.revision)}`;
  switch (entry.result) {
    case 'Released':
      return `${chart} is released as ${revision} (${entry.action})`;
    case 'RolledBack': {
      const ready = conditionOf(status?.conditions, 'Ready');
      const why = ready?.reason === 'RolledBack' ? ready.message : undefined;
      return why ?? `rolled back to ${chart} as ${revision}`;
    }
    case 'Overtaken':
      return `${revision} (${chart}) was overtaken by a newer one before it was ready`;
    case 'Failed':
    case 'TestFailed':
      return entry.message ?? `${revision} (${chart}) failed`;
  }
}

/** A rollback speaks of the commits that were rejected: what it went back to was well already. */
function commitsBehind(release: HelmRelease, entry: HistoryEntry): Outcome['commits'] {
  if (entry.result !== 'RolledBack') return commitsOf(release, entry);
  const { history = [] } = release.status ?? {};
  const rejected = history.find(
    ({ revision, result }) => revision < entry.revision && (result === 'Failed' || result === 'TestFailed'),
  );
  return rejected === undefined ? [] : commitsOf(release, rejected);
}

function failingOutcome(release: HelmRelease): Outcome | undefined {
  const { failure, history = [], observedGeneration = 0, lastAttemptedRevision } = release.status ?? {};
  if (failure === undefined || release.spec.suspend === true) return undefined;
  const isTold = history.some(
    ({ revision, finished, message }) =>
      finished !== undefined &&
      (revision === failure.revision || (finished === failure.time && message === failure.cause)),
  );
  if (isTold) return undefined;
  const { step, cause, digest, time } = failure;
  const input = digest === undefined ? String(observedGeneration) : shortHash(digest);
  const tried = DEPLOYING.has(step) ? lastAttemptedRevision : undefined;
  return {
    ...about(release),
    key: `-${step}-${input}`,
    result: step === 'test' ? 'TestFailed' : 'Failed',
    sentence: cut(cause, MAX_SENTENCE),
    time,
    action: step,
    commits: commitsOf(release, { sourceRevision: tried }),
  };
}

const DEPLOYING: ReadonlySet<string> = new Set(['install', 'upgrade', 'wait', 'test']);

function mendedOutcome(release: HelmRelease): Outcome | undefined {
  const { failure, conditions, deployed, history = [] } = release.status ?? {};
  const ready = conditionOf(conditions, 'Ready');
  if (failure !== undefined || ready?.status !== 'True' || deployed === undefined) return undefined;
  const entry = history.find(({ revision }) => revision === deployed.revision);
  const time = ready.lastTransitionTime ?? deployed.since;
  return {
    ...about(release),
    key: `mended-${time}`,
    result: 'Mended',
    sentence: `what had failed is over: ${deployed.chart} is deployed as revision ${String(deployed.revision)}`,
    time,
    revision: deployed.revision,
    sourceRevision: deployed.sourceRevision,
    commits: distinct(entry === undefined ? [] : commitsOf(release, entry)),
  };
}
