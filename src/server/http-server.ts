import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { describe } from '../api/errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import { textAnswer } from './answer.ts';
import { keepNewestConnections } from './newest-connections.ts';
import { type Route, route } from './router.ts';
import { writeAnswer } from './write-answer.ts';

export interface HttpServerOptions {
  /** All addresses if there is no host; any free port if it is 0. */
  readonly listen: { readonly host?: string; readonly port: number };
  readonly routes: readonly Route[];
  readonly log: Logger;
  /** How long stop() waits for requests that are under way. */
  readonly stopGraceMs?: number;
}

export interface HttpServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Reading, idling and stopping as in Helm Operator 1.4.4; a client that reads slowly has a minute. */
const READ_TIMEOUT_MS = 5_000;
const WRITE_TIMEOUT_MS = 60_000;
const IDLE_TIMEOUT_MS = 15_000;
const STOP_GRACE_MS = 5_000;
const MAX_HEADER_BYTES = 8_192;
const MAX_CONNECTIONS = 200;

export async function startHttpServer({
  listen,
  routes,
  log,
  stopGraceMs = STOP_GRACE_MS,
}: HttpServerOptions): Promise<HttpServer> {
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: READ_TIMEOUT_MS,
      requestTimeout: READ_TIMEOUT_MS,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: IDLE_TIMEOUT_MS,
    },
    (request, response) => {
      response.once('close', () => {
        // A connection that outlives its request would hold up stop() until it idles out.
        if (!server.listening) server.closeIdleConnections();
      });
      void serve(routes, log, request, response);
    },
  );
  keepNewestConnections(server, MAX_CONNECTIONS);
  server.setTimeout(WRITE_TIMEOUT_MS);
  await bind(server, listen);
  server.on('error', (error) => {
    log.error('the HTTP server failed', { error: describe(error) });
  });

  const { host, port } = boundTo(server);
  log.info('listening', { address: `${host}:${String(port)}`, port });
  return { port, stop: () => stop(server, stopGraceMs) };
}

async function serve(
  routes: readonly Route[],
  log: Logger,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const signal = AbortSignal.timeout(WRITE_TIMEOUT_MS);
  try {
    await writeAnswer(request, response, route(routes, request.method ?? '', request.url ?? ''), signal);
  } catch (error) {
    if (isClientGone(error)) return;
    log.error('a request failed', { path: request.url?.split('?', 1)[0], error: describe(error) });
    if (response.headersSent) response.destroy();
    else if (!response.destroyed)
      await writeAnswer(request, response, textAnswer(500, 'internal error, see the log\n'), signal);
  }
}

function isClientGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

async function bind(server: Server, { host, port }: HttpServerOptions['listen']): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const failed = (error: NodeJS.ErrnoException): void => {
    const why = BIND_ERRORS[error.code ?? ''] ?? error.message;
    const message = `cannot listen on ${host ?? ''}:${String(port)}: ${why}; choose another address with --listen`;
    reject(new Error(message, { cause: error }));
  };
  server.once('error', failed);
  server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
    server.off('error', failed);
    resolve(undefined);
  });
  await promise;
}

const BIND_ERRORS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there',
  EADDRNOTAVAIL: 'this machine does not have that address',
  EACCES: 'the operator may not use that port',
  ENOTFOUND: 'there is no such host',
};

function boundTo(server: Server): { host: string; port: number } {
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new TypeError('the server is not bound to a port');
  return { host: address.family === 'IPv6' ? `[${address.address}]` : address.address, port: address.port };
}

/** No new requests; those under way may end within the grace, then their connections are cut. */
async function stop(server: Server, graceMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  server.close(() => {
    resolve(undefined);
  });
  const cut = setTimeout(() => {
    server.closeAllConnections();
  }, graceMs);
  await promise;
  clearTimeout(cut);
}
