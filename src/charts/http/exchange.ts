import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Connections } from './connections.ts';
import type { Tls } from './tls.ts';

export interface Exchange {
  readonly url: URL;
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly tls?: Tls | undefined;
  /** Aborts the connection and the body too. */
  readonly signal: AbortSignal;
  readonly connectMs: number;
  /** Longest silence, before the answer and within it. */
  readonly idleMs: number;
}

type Sockets = Pick<Connections, 'agentFor'> & Partial<Pick<Connections, 'serverCertificates'>>;

/** A limit of ours was reached. The message completes "https://... ". */
export class TimeLimitError extends Error {}

/** Sends one request and gives back the answer with its body unread. Follows nothing, retries nothing. */
export function exchange(connections: Sockets, o: Exchange): Promise<IncomingMessage> {
  const send = o.url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send(o.url, {
      agent: connections.agentFor(o.url, o.tls),
      method: o.method,
      headers: o.headers,
      signal: o.signal,
      timeout: o.idleMs,
    });
    let destroy = (error: Error): unknown => request.destroy(error);
    request.on('error', reject);
    request.on('response', (answer) => {
      connections.serverCertificates?.note(o.url.host, answer.socket);
      destroy = (error) => answer.destroy(error); // whoever reads it by now must hear why it ended
      resolve(answer);
    });
    limitConnecting(request, o);
    request.on('timeout', () => {
      destroy(new TimeLimitError(`was silent for ${seconds(o.idleMs)}: check that the server works`));
    });
    request.end(o.body);
  });
}

/** A connection that the server closed while it lay in the pool: the request was never read, so send it again. */
export function isStaleConnection(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

export function seconds(ms: number): string {
  return `${String(ms / 1000)} s`;
}

function limitConnecting(request: ClientRequest, { url, connectMs }: Exchange): void {
  const timer = setTimeout(() => {
    request.destroy(
      new TimeLimitError(
        `could not be reached within ${seconds(connectMs)}: check host and port, and that the network lets the operator out`,
      ),
    );
  }, connectMs);
  const connected = (): void => {
    clearTimeout(timer);
  };
  request.on('close', connected);
  request.on('socket', (socket) => {
    if (!socket.connecting && !('secureConnecting' in socket && socket.secureConnecting)) connected();
    else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', connected);
  });
}
