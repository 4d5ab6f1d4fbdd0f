import { request as httpRequest, type Agent, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { bareHost } from '../connect/proxy.ts';

/** One HTTP request, ready to go. */
export interface Outgoing {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** The connection failed. `sent` tells whether the server may have seen the request. */
export class ExchangeError extends Error {
  readonly sent: boolean;
  readonly code: string;

  constructor(cause: Error, sent: boolean) {
    super(cause.message, { cause });
    this.sent = sent;
    this.code = (cause as NodeJS.ErrnoException).code ?? '';
  }

  /** The server's certificate, or ours, was not accepted. */
  get isCertificate(): boolean {
    return /CERT|SIGNATURE|ISSUER|ERR_TLS|ERR_SSL/.test(this.code);
  }
}

/** Sends the request and resolves with the head of the response; the caller must read or destroy its body. */
export function exchange(
  server: URL,
  agent: Agent,
  outgoing: Outgoing,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let sent = false;
    const request = (server.protocol === 'http:' ? httpRequest : httpsRequest)({
      host: bareHost(server),
      port: server.port === '' ? undefined : server.port,
      method: outgoing.method,
      path: `${server.pathname.replace(/\/$/, '')}${outgoing.path}`,
      headers: outgoing.headers,
      agent,
      signal,
    });
    request.once('socket', (socket) => {
      sent = !socket.connecting; // a kept-open connection, or one that went through a proxy
      if (sent) return;
      socket.once(server.protocol === 'http:' ? 'connect' : 'secureConnect', () => {
        sent = true;
      });
    });
    request.once('response', resolve);
    // Stays for the life of the request: an abort while the body is read emits the error here too.
    request.on('error', (error) => {
      reject(new ExchangeError(error, sent));
    });
    request.end(outgoing.body);
  });
}

/** A page of 500 large objects is some 10 MB; what goes on beyond this is no answer to any request of ours. */
const MAX_BODY_BYTES = 256_000_000;

export async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  await readChunks(response, (chunk) => {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Error(`the answer is larger than ${String(MAX_BODY_BYTES)} bytes`);
    chunks.push(chunk);
  });
  return Buffer.concat(chunks, bytes).toString('utf8');
}

/** Errors of the connection come out as ExchangeError, those of `onChunk` as they are; both end the connection. */
export async function readChunks(response: IncomingMessage, onChunk: (chunk: Buffer) => void): Promise<void> {
  let refused = false;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      refused = true;
      onChunk(chunk);
      refused = false;
    }
  } catch (caught) {
    if (refused) throw caught;
    throw new ExchangeError(caught instanceof Error ? caught : new Error(String(caught)), true);
  }
}
