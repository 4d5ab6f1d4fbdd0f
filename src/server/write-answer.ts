import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import type { Answer } from './answer.ts';

/** Ends when the last byte is handed over; rejects if the client has gone, was too slow, or the body failed. */
export async function writeAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  signal: AbortSignal,
): Promise<void> {
  response.statusCode = answer.status;
  response.setHeader('cache-control', 'no-store');
  response.setHeader('x-content-type-options', 'nosniff');
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);

  if (typeof answer.body === 'string') {
    response.setHeader('content-length', Buffer.byteLength(answer.body));
    response.end(request.method === 'HEAD' ? undefined : answer.body);
    return;
  }
  response.setHeader('vary', 'accept-encoding');
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  const body = Readable.from(await started(answer.body));
  if (acceptsGzip(request)) {
    response.setHeader('content-encoding', 'gzip');
    await pipeline(body, createGzip({ level: constants.Z_BEST_SPEED }), response, { signal });
  } else {
    await pipeline(body, response, { signal });
  }
}

/** Waits for the first piece, so that a body which fails at once can still be answered with a status. */
async function started(body: AsyncIterable<string>): Promise<AsyncIterable<string>> {
  const pieces = body[Symbol.asyncIterator]();
  const first = await pieces.next();
  return (async function* () {
    if (first.done) return;
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => pieces };
  })();
}

function acceptsGzip({ headers }: IncomingMessage): boolean {
  return /(?:^|,)\s*gzip\s*(?!;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(headers['accept-encoding'] ?? '');
}
