import type { IncomingHttpHeaders } from 'node:http';
import type { Push } from './push.ts';

/** A delivery as it came, before anybody has looked into it. */
export interface RawRequest {
  readonly headers: IncomingHttpHeaders;
  /** What follows the name in the path; senders that sign nothing prove themselves by it. */
  readonly pathToken: string;
  readonly body: Buffer;
}

/** `stale` is proved, but sent so long ago, or so far ahead, that it may be a recording. */
export type Authenticity = 'authentic' | 'refused' | 'stale';

export interface Said {
  readonly push: Push;
  /** When the sender says that it happened, in milliseconds, if it puts that into the body. */
  readonly happenedAt?: number;
}

/** One kind of host or registry that tells of changes. */
export interface Sender {
  /** Looks at headers, path and raw bytes only, and does the same work for any answer. */
  readonly authenticate: (request: RawRequest, key: Buffer, nowMs: number) => Authenticity;
  /**
   * What two deliveries have in common only if the second brings no news: undefined if the sender gives no means to
   * tell a delivery that is sent again from another one.
   */
  readonly deliveryId: (request: RawRequest) => string | undefined;
  /** Throws a MalformedError for a body that this sender would not send. */
  readonly parse: (body: unknown, request: RawRequest) => Said;
}

export const IGNORED: Said = { push: { kind: 'ignore' } };

export function headerOf({ headers }: Pick<RawRequest, 'headers'>, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}
