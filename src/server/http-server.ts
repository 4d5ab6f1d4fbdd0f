import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { describe } from '../api/errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type Answer, textAnswer } from './answer.ts';
import { keepNewestConnections } from './newest-connections.ts';
import { type Route, routed } from './router.ts';
import { writeAnswer } from './write-answer.ts';

export interface HttpServerOptions {
  /** All addresses if there is no host; any free port if it is 0. */
  readonly listen: { readonly host?: string; readonly port: number };
  readonly answer: (request: IncomingMessage) => Answer | Promise<Answer>;
  /** The flag that says where to listen, for the error when that cannot be. */
  readonly setting: string;
  /** What may be logged of the target of a request; its path by default. */
  readonly shown?: (target: string) => string;
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

export interface RoutesOptions extends Omit<HttpServerOptions, 'answer' | 'setting' | 'shown'> {
  readonly routes: readonly Route[];
}

/** The server of metrics and probes. */
export function startHttpServer({ routes, ...options }: RoutesOptions): Promise<HttpServer> {
  return openHttpServer({ ...options, answer: routed(routes), setting: '--listen' });
}

export async function openHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { log, stopGraceMs = STOP_GRACE_MS } = options;
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
      void serve(options, request, response);
    },
  );
  keepNewestConnections(server, MAX_CONNECTIONS);
  server.setTimeout(WRITE_TIMEOUT_MS);
  await bind(server, options);
  server.on('error', (error) => {
    log.error('the HTTP server failed', { error: describe(error) });
  });

  const { host, port } = boundTo(server);
  log.info('listening', { address: `${host}:${String(port)}`, port });
  return { port, stop: () => stop(server, stopGraceMs) };
}

async function serve(
  { answer, shown = pathOf, log }: HttpServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const signal = AbortSignal.timeout(WRITE_TIMEOUT_MS);
  try {
    await writeAnswer(request, response, await answer(request), signal);
  } catch (error) {
    if (isClientGone(error)) return;
    log.error('a request failed', { path: shown(request.url ?? ''), error: describe(error) });
    if (response.headersSent) response.destroy();
    else if (!response.destroyed)
      await writeAnswer(request, response, textAnswer(500, 'internal error, see the log\n'), signal);
  }
}

function pathOf(target: string): string {
  return target.split('?', 1)[0] ?? '';
}

function isClientGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

async function bind(server: Server, { listen: { host, port }, setting }: HttpServerOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const failed = (error: NodeJS.ErrnoException): void => {
    const why = BIND_ERRORS[error.code ?? ''] ?? error.message;
    const message = `cannot listen on ${host ?? ''}:${String(port)}: ${why}; choose another address with ${setting}`;
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
