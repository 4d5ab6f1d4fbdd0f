import {
  createServer as createHttp,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Authority, KeyPair } from '../../../../hack/testenv/tls/authority.ts';

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers one request; `nth` counts from 1. */
export type Script = (response: ServerResponse, request: Received, nth: number) => void;

/** A loopback server that does to each request what the test says. */
export interface ScriptedServer {
  readonly url: string;
  readonly received: Received[];
  /** Connections that were ever accepted. */
  readonly connections: number;
  readonly open: number;
  script: Script;
  /** From now on presents another certificate. */
  present(identity: KeyPair): void;
  close(): Promise<void>;
}

export function reply(
  response: ServerResponse,
  code: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

export async function startServer(
  script: Script,
  tls?: { readonly identity: KeyPair; readonly clientAuthority?: Authority },
): Promise<ScriptedServer> {
  const received: Received[] = [];
  const sockets = new Set<object>();
  let connections = 0;
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') };
      received.push(one);
      result.script(response, one, received.length);
    });
  };
  const client = tls?.clientAuthority;
  const server =
    tls === undefined
      ? createHttp(handle)
      : createHttps(
          {
            cert: tls.identity.certificatePem,
            key: tls.identity.keyPem,
            ...(client === undefined ? {} : { ca: client.certificatePem, requestCert: true }),
          },
          handle,
        );
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const result: ScriptedServer = {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${String(port)}`,
    received,
    get connections() {
      return connections;
    },
    get open() {
      return sockets.size;
    },
    script,
    present: ({ certificatePem, keyPem }) => {
      if ('setSecureContext' in server) server.setSecureContext({ cert: certificatePem, key: keyPem });
    },
    close: () => close(server),
  };
  return result;
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}
