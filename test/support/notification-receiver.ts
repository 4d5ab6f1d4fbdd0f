import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** In milliseconds, of the process. */
  readonly at: number;
}

export type Reply =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** Never answers. */
  | 'silence';

/** A receiver of notifications on this machine that keeps what it gets. */
export interface NotificationReceiver extends AsyncDisposable {
  readonly url: string;
  readonly received: Received[];
  /** The next requests are answered so; those after them with 200. */
  readonly replyNext: (...replies: readonly Reply[]) => void;
}

export async function startNotificationReceiver(tls?: {
  readonly certificate: string;
  readonly key: string;
}): Promise<NotificationReceiver> {
  const received: Received[] = [];
  const replies: Reply[] = [];
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      received.push({ method, path, headers, body: Buffer.concat(chunks).toString(), at: performance.now() });
      const reply = replies.shift() ?? { status: 200 };
      if (reply === 'silence') return;
      response.writeHead(reply.status, reply.headers).end(reply.body ?? 'ok');
    });
  };
  const server =
    tls === undefined
      ? createHttpServer(handle)
      : createHttpsServer({ cert: tls.certificate, key: tls.key }, handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${String(port)}`,
    received,
    replyNext: (...next) => {
      replies.push(...next);
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
