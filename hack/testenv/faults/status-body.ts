const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** In the words of the API server, by which clients tell troubles apart. */
const MESSAGES: Readonly<Record<number, string>> = {
  410: 'too old resource version: 1 (2)',
  429: 'too many requests, please try again later',
  500: 'Internal error occurred: injected by the fault proxy',
  503: 'the server is currently unable to handle the request',
};

/** A Status object as the API server writes it. */
export function statusBody(code: number, retryAfterSeconds?: number): string {
  const details = retryAfterSeconds === undefined ? {} : { details: { retryAfterSeconds } };
  const reason = REASONS[code] ?? 'Unknown';
  const message = MESSAGES[code] ?? `${reason}: injected by the fault proxy`;
  const meta = { kind: 'Status', apiVersion: 'v1', metadata: {} };
  return JSON.stringify({ ...meta, status: 'Failure', message, reason, ...details, code });
}

/** The line of a watch that says its resourceVersion is too old. */
export function expiredEvent(): string {
  return `{"type":"ERROR","object":${statusBody(410)}}\n`;
}
