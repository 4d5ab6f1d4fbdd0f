import { UnreachableError } from '../errors.ts';
import type { ApiRequest } from '../http/api-request.ts';
import { apiError, type ApiStatus } from '../http/api-status.ts';
import type { KubeObject } from '../resource-type.ts';

export type WatchEvent<T extends KubeObject> =
  | { readonly kind: 'changed'; readonly object: T }
  | { readonly kind: 'deleted'; readonly object: T }
  /** Nothing happened, but the watch has got so far: a later reconnect may start here. */
  | { readonly kind: 'bookmark'; readonly resourceVersion: string };

interface Wire {
  readonly type?: string;
  readonly object?: ApiStatus & { readonly metadata?: { readonly resourceVersion?: string } };
}

/**
 * Reads one line of a watch. An ERROR event is thrown as the ApiError that it stands for; a line that is no event,
 * because it was cut or garbled on the way, as an UnreachableError: the stream can no longer be trusted.
 */
export function parseWatchEvent<T extends KubeObject>(request: ApiRequest, line: string): WatchEvent<T> {
  let wire: Wire;
  try {
    wire = JSON.parse(line) as Wire;
  } catch {
    throw brokenLine(request);
  }
  const { type, object } = wire;
  if (type === 'ERROR' && object !== undefined) throw apiError(request, object, { code: 500 });
  const version = object?.metadata?.resourceVersion;
  if (object === undefined || version === undefined) throw brokenLine(request);
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
      return { kind: 'changed', object: object as unknown as T };
    case 'DELETED':
      return { kind: 'deleted', object: object as unknown as T };
    case 'BOOKMARK':
      return { kind: 'bookmark', resourceVersion: version };
    case undefined:
    default:
      throw brokenLine(request);
  }
}

export function brokenLine(request: ApiRequest): UnreachableError {
  return new UnreachableError(`the watch of ${request.resource} broke off in the middle of a line`);
}
