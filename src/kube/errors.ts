import { OperatorError, type Retry } from '../api/errors.ts';

/** What a Kubernetes Status object says beyond its message. */
export interface StatusDetails {
  readonly name?: string;
  /** The plural of the kind. */
  readonly kind?: string;
  readonly group?: string;
  readonly retryAfterSeconds?: number;
  readonly causes?: readonly {
    readonly reason?: string;
    readonly message?: string;
    readonly field?: string;
  }[];
}

export interface ApiErrorFacts {
  readonly status: number;
  readonly statusReason: string;
  readonly details?: StatusDetails | undefined;
  /** How long the server asked us to stay away. */
  readonly retryAfterMs?: number | undefined;
}

/** The API server answered, and the answer was no. */
export class ApiError extends OperatorError {
  readonly reason: string;
  readonly retry: Retry;
  readonly status: number;
  readonly statusReason: string;
  readonly details: StatusDetails;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, facts: ApiErrorFacts, options?: ErrorOptions) {
    super(message, options);
    this.status = facts.status;
    this.statusReason = facts.statusReason;
    this.reason = facts.statusReason === '' ? 'ApiServerError' : facts.statusReason;
    this.details = facts.details ?? {};
    this.retryAfterMs = facts.retryAfterMs;
    this.retry = HOPELESS.has(facts.status) ? 'after-change' : 'backoff';
  }
}

/** The same request gets the same answer: malformed, too large, or refused by the schema of its kind. */
const HOPELESS: ReadonlySet<number> = new Set([400, 405, 406, 413, 415, 422]);

/** The API server did not answer at all, or stopped in the middle. */
export class UnreachableError extends OperatorError {
  readonly reason = 'ApiServerUnreachable';
  readonly retry = 'backoff';
}

/** Of several operators another one works: what this one writes could undo what that one does. */
export class NotLeadingError extends OperatorError {
  readonly reason = 'NotLeading';
  readonly retry = 'backoff';

  constructor() {
    super('this replica of the operator does not lead: nothing is written');
  }
}

/** Nobody said which API server to talk to, or how, in a way that can be used. */
export class KubeconfigError extends OperatorError {
  readonly reason = 'InvalidKubeconfig';
  readonly retry = 'after-change';
}

export function isNotFound(error: unknown): boolean {
  return hasStatus(error, 404);
}

/** Somebody else was faster (a stale resourceVersion), or the object to create is there already. */
export function isConflict(error: unknown): boolean {
  return hasStatus(error, 409);
}

/** The resourceVersion or the continue token is too old: list again. */
export function isGone(error: unknown): boolean {
  return hasStatus(error, 410);
}

export function isForbidden(error: unknown): boolean {
  return hasStatus(error, 403);
}

/** What is asked for, unless whoever asks may not know it. */
export async function unlessForbidden<T>(answer: Promise<T>): Promise<T | 'forbidden'> {
  try {
    return await answer;
  } catch (error) {
    if (isForbidden(error)) return 'forbidden';
    throw error;
  }
}

function hasStatus(error: unknown, status: number): boolean {
  return error instanceof ApiError && error.status === status;
}
