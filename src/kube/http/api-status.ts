import { ApiError, type StatusDetails } from '../errors.ts';
import { failureOf, type ApiRequest } from './api-request.ts';

/** Kubernetes' way to say that something went wrong: a body of kind Status, or an ERROR event of a watch. */
export interface ApiStatus {
  readonly kind?: string;
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: StatusDetails;
}

/** What the server says too shortly. */
const SAID: ReadonlyMap<string, string> = new Map([
  // Of a whole kind; an object that is not there is named.
  [
    '404 page not found',
    'the API server does not know this kind of object: is its CustomResourceDefinition installed?',
  ],
]);

const MAX_MESSAGE = 1_000;

/** An error that says what was tried, and why the server refused it in the server's own words. */
export function apiError(
  request: ApiRequest,
  status: ApiStatus,
  facts: { readonly code: number; readonly retryAfterMs?: number | undefined },
): ApiError {
  const code = status.code ?? facts.code;
  const why = status.message?.trim().replace(/\.$/, '').slice(0, MAX_MESSAGE);
  const said =
    why === undefined || why === '' ? `the API server answered ${String(code)}` : (SAID.get(why) ?? why);
  const seconds = status.details?.retryAfterSeconds;
  return new ApiError(`${failureOf(request)}: ${said}`, {
    status: code,
    statusReason: status.reason ?? '',
    details: status.details,
    retryAfterMs: facts.retryAfterMs ?? (seconds === undefined ? undefined : seconds * 1000),
  });
}

/** A proxy between us and the server may answer with a page of HTML: then the text itself is the message. */
export function parseStatus(body: string): ApiStatus {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && 'kind' in parsed && parsed.kind === 'Status') {
      return parsed as ApiStatus;
    }
  } catch {
    // not JSON
  }
  return { message: body.trimStart().startsWith('<') ? '' : (body.split('\n', 1)[0] ?? '') };
}
