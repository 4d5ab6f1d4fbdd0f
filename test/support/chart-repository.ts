import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { dump } from 'js-yaml';
import { chartArchive, type ChartFiles, sha256 } from './chart-archive.ts';

export interface SeenRequest {
  readonly method: string;
  /** Path with query. */
  readonly url: string;
  readonly authorization: string | undefined;
  /** The name in the certificate of the client. */
  readonly client: string | undefined;
  readonly status: number;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A static HTTP(S) server for charts that counts what it is asked, and can misbehave on request. */
export interface ChartRepository extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** How often a path was asked for; the status narrows it. */
  count(path: string, status?: number): number;
  /** Serves these bytes at a path, with an ETag, answering 304 to whoever has them. */
  put(path: string, content: string | Buffer): void;
  /** Answers a path by hand: a redirect, a refusal, silence, a body without end. Without a handler as before. */
  answer(path: string, handler: Handler | undefined): void;
  /** Adds a chart and writes the index anew. Fields of `entry` replace those of its index entry. */
  add(chart: ChartFiles, entry?: Readonly<Record<string, unknown>>): Buffer;
  /** Puts other content in the place of the same version, as a push that overwrites does. */
  replace(chart: ChartFiles): void;
  /** From now on only this user gets anything. */
  protect(username: string, password: string): void;
}

export interface ServerTls {
  readonly certificate: string;
  readonly key: string;
  /** Only clients with a certificate of this CA are answered. */
  readonly clientCa?: string;
}

export async function startChartRepository(
  o: { tls?: ServerTls; host?: string } = {},
): Promise<ChartRepository> {
  const requests: SeenRequest[] = [];
  const files = new Map<string, Buffer>();
  const handlers = new Map<string, Handler>();
  const entries: Record<string, Record<string, unknown>[]> = {};
  let expected: string | undefined;

  const serve: Handler = (request, response) => {
    const url = request.url ?? '/';
    const path = url.replace(/\?.*$/, '');
    const { method = '', headers } = request;
    requests.push({
      ...{ method, url, authorization: headers.authorization, client: clientOf(request) },
      get status() {
        return response.statusCode; // known once answered, and nobody asks before
      },
    });
    const handler = handlers.get(path);
    if (expected !== undefined && request.headers.authorization !== expected) response.writeHead(401).end();
    else if (handler) handler(request, response);
    else serveFile(files.get(path), request, response);
  };
  const server = o.tls ? createHttpsServer(serverOptions(o.tls), serve) : createHttpServer(serve);
  server.listen(0, o.host ?? '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const put: ChartRepository['put'] = (path, content) => {
    files.set(path, Buffer.from(content));
  };
  const repository: ChartRepository = {
    url: `http${o.tls ? 's' : ''}://${o.host ?? '127.0.0.1'}:${String(port)}`,
    requests,
    count: (path, status) =>
      requests.filter(({ url, status: seen }) => url === path && (status ?? seen) === seen).length,
    put,
    answer: (path, handler) => {
      if (handler === undefined) handlers.delete(path);
      else handlers.set(path, handler);
    },
    add: (chart, entry = {}) => {
      const archive = chartArchive(chart);
      const { name, version, appVersion } = chart;
      put(`/${name}-${version}.tgz`, archive);
      (entries[name] ??= []).push({
        ...{ apiVersion: 'v2', name, version, ...(appVersion === undefined ? {} : { appVersion }) },
        ...{ digest: sha256(archive), urls: [`${name}-${version}.tgz`], created: '2024-01-01T00:00:00Z' },
        ...entry,
      });
      put('/index.yaml', dump({ apiVersion: 'v1', entries }));
      return archive;
    },
    replace: (chart) => {
      const { name, version } = chart;
      entries[name] = (entries[name] ?? []).filter((entry) => entry['version'] !== version);
      repository.add(chart);
    },
    protect: (username, password) => {
      expected = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return repository;
}

export function serverOptions({ certificate: cert, key, clientCa }: ServerTls): ServerOptions {
  if (clientCa === undefined) return { cert, key };
  return { cert, key, ca: clientCa, requestCert: true, rejectUnauthorized: true };
}

function clientOf({ socket }: IncomingMessage): string | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const certificate = socket.getPeerCertificate();
  const name = 'subject' in certificate ? certificate.subject.CN : undefined; // there need be none
  return typeof name === 'string' ? name : undefined;
}

function serveFile(content: Buffer | undefined, request: IncomingMessage, response: ServerResponse): void {
  if (!content) {
    response.writeHead(404).end('nothing here');
    return;
  }
  const etag = `"${sha256(content)}"`;
  if (request.headers['if-none-match'] === etag) response.writeHead(304, { etag }).end();
  else response.writeHead(200, { etag, 'content-length': content.length }).end(content);
}
