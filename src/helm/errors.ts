import { OperatorError, type Retry } from '../api/errors.ts';
import type { RunResult } from '../process/run.ts';
import { CHART_FAILURES } from './errors/chart-failures.ts';
import { CLUSTER_FAILURES } from './errors/cluster-failures.ts';
import { essenceOf, oneLine } from './errors/essence.ts';
import type { FailedRun, FailureKind } from './errors/failure-kind.ts';
import { describeHook } from './errors/hooks.ts';
import { type Hidden, mask, shown } from './errors/mask.ts';
import { OBJECT_FAILURES } from './errors/object-failures.ts';

/**
 * The first pattern that matches wins. Trouble of the cluster comes before trouble of the chart, because charts ask the
 * cluster while they render.
 */
const FAILURE_KINDS = [...CLUSTER_FAILURES, ...CHART_FAILURES, ...OBJECT_FAILURES] as const;

/** What went wrong, as far as it makes a difference to what is done next. */
export type FailureClass =
  | (typeof FAILURE_KINDS)[number]['class']
  | 'TEST_FAILED'
  | 'RUN_LIMIT'
  | 'KILLED'
  | 'NOT_STARTED'
  | 'UNVERIFIED'
  | 'INVALID_REQUEST'
  | 'OTHER';

export interface HelmErrorFacts {
  readonly class: FailureClass;
  readonly reason: string;
  readonly retry: Retry;
  /** The end of what helm wrote, without secrets: for logs. */
  readonly stderrTail?: string;
}

/** helm did not do what it was asked to. The message says why, and what to do about it. */
export class HelmError extends OperatorError {
  readonly class: FailureClass;
  readonly reason: string;
  readonly retry: Retry;
  readonly stderrTail: string;

  constructor(message: string, facts: HelmErrorFacts, options?: ErrorOptions) {
    super(message, options);
    this.class = facts.class;
    this.reason = facts.reason;
    this.retry = facts.retry;
    this.stderrTail = facts.stderrTail ?? '';
  }
}

/** The same error with more to say about its cause. */
export function saying(error: HelmError, more: string | undefined): HelmError {
  return more === undefined
    ? error
    : new HelmError(`${error.message}; ${more}`, error, { cause: error.cause });
}

type FailedResult = Exclude<RunResult, { kind: 'done' }>;

const MAX_TAIL = 2_048;
const MAX_TAIL_LINES = 20;
/** Of what helm wrote no more than this is looked at. */
const MAX_READ = 262_144;

/** Makes of a run that did not go well the error that people get to see. */
export function explainFailure(result: FailedResult, run: FailedRun, hidden: Hidden): HelmError {
  const said = result.kind === 'failed' ? result.stderr.slice(-MAX_READ) : '';
  const { message, quotes, ...facts } = explained(result, said, run);
  if (hidden.kind === 'everything') {
    const { verb, namespace } = run;
    const withheld = {
      what: 'what it said',
      where: `look at the Events and objects in namespace ${namespace}`,
    };
    const kind = `helm ${verb} failed (${facts.reason})`;
    return new HelmError(quotes ? `${kind}; ${shown(message, hidden, withheld)}` : message, facts);
  }
  // Masked before anything is cut or put on one line: half a secret is not recognised any more.
  const stderrTail = lastLines(mask(said, hidden.words));
  return new HelmError(oneLine(mask(message, hidden.words)), { ...facts, stderrTail });
}

/** What helm wrote before it gave up may say more than the explanation of its last words. */
function lastLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-MAX_TAIL_LINES)
    .join('\n')
    .slice(-MAX_TAIL);
}

type Explained = Omit<HelmErrorFacts, 'stderrTail'> & {
  readonly message: string;
  /** Whether there may be words of helm's own in the message. */
  readonly quotes: boolean;
};

function explained(result: FailedResult, said: string, run: FailedRun): Explained {
  if (result.kind === 'not-started') {
    return ours('NOT_STARTED', `helm ${run.verb} did not start: ${result.why}`);
  }
  if (result.timedOut === true) return ours('RUN_LIMIT', `helm ${run.verb} ${result.why} and was ended`);
  if (result.exitCode === undefined) return ours('KILLED', killed(run.verb, result.signal, result.why));
  const text = essenceOf(said);
  if (text === '') return ours('OTHER', `helm ${run.verb} ${result.why} and said nothing`);
  return explainText(text, run);
}

/** The class of helm's own words, and what to tell people instead of them. */
function explainText(text: string, run: FailedRun): Explained {
  const test = run.verb === 'test' ? describeHook(text, true) : undefined;
  if (test !== undefined)
    return { class: 'TEST_FAILED', reason: 'TestFailed', retry: 'backoff', message: test, quotes: true };
  const kinds: readonly (FailureKind & { readonly class: FailureClass })[] = FAILURE_KINDS;
  const kind = kinds.find(({ pattern }) => pattern.test(text));
  if (kind === undefined) return { ...ours('OTHER', text), quotes: true };
  const { class: name, reason, retry } = kind;
  const message = kind.explain?.(text, run) ?? text;
  // What is the same whatever helm said holds nothing of it.
  return { class: name, reason, retry, message, quotes: message !== kind.explain?.('', run) };
}

function ours(name: FailureClass, message: string): Explained {
  return { class: name, reason: 'HelmFailed', retry: 'backoff', message, quotes: false };
}

function killed(verb: string, signal: string | undefined, why: string): string {
  return signal === 'SIGKILL'
    ? `helm ${verb} was killed by SIGKILL, most likely because memory ran out: raise the memory limit of the operator, or lower --workers`
    : `helm ${verb} ${why}`;
}
