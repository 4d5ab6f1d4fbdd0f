/** Whether trying again without a change of input can help. Decides between a retry with backoff and a stall. */
export type Retry = 'backoff' | 'after-change';

/** Base of every error this program throws on purpose. `reason` becomes the reason of a condition or Event. */
export abstract class OperatorError extends Error {
  abstract readonly reason: string;
  abstract readonly retry: Retry;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The HelmRelease itself is wrong: nothing helps but an edit. */
export class InvalidSpecError extends OperatorError {
  readonly reason = 'InvalidSpec';
  readonly retry = 'after-change';
}

/** A chart source did not answer, refused us, or does not hold what was asked for. Sources mend by themselves. */
export class ChartUnavailableError extends OperatorError {
  readonly reason = 'ChartUnavailable';
  readonly retry = 'backoff';
}

/** The source answered, but what it holds is not a chart that can be released. A new revision of it can help. */
export class InvalidChartError extends OperatorError {
  readonly reason = 'InvalidChart';
  readonly retry = 'backoff';
}

/** A referenced ConfigMap, Secret, key or document is missing or unreadable as values. */
export class ValuesError extends OperatorError {
  readonly reason = 'InvalidValues';
  readonly retry = 'backoff';
}

/** A credential that a source refers to is missing or incomplete. */
export class CredentialsError extends OperatorError {
  readonly reason = 'CredentialsUnavailable';
  readonly retry = 'backoff';
}

/** A defect of ours or a surprise of the platform: the cause chain goes to the log, one line to the status. */
export class UnexpectedError extends OperatorError {
  readonly reason = 'UnexpectedError';
  readonly retry = 'backoff';
}

/** Turns whatever was caught into an OperatorError, so that callers need one branch. */
export function asOperatorError(caught: unknown): OperatorError {
  return caught instanceof OperatorError
    ? caught
    : new UnexpectedError('unexpected failure', { cause: caught });
}

const MAX_CAUSES = 5;

/** One line for a status message: the whole cause chain, outermost first. */
export function describe(error: unknown): string {
  const parts: string[] = [];
  let at = error;
  while (at instanceof Error && parts.length < MAX_CAUSES) {
    if (!parts.some((part) => part.endsWith(messageOf(at)))) parts.push(messageOf(at));
    at = at.cause;
  }
  return parts.join(': ') || 'unknown error';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
