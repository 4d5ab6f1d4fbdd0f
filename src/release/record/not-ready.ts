import { OperatorError } from '../../api/errors.ts';

/** The objects of a revision did not become ready. Whether another try helps, the rules for retries say. */
export class NotReadyError extends OperatorError {
  readonly reason = 'NotReady';
  readonly retry = 'backoff';
}
