import { type IncomingMessage, request as send } from 'node:http';
import { describe } from '../api/errors.ts';
import type { Clock } from '../telemetry/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type Answer, textAnswer } from './answer.ts';
import { hookPathOf } from './hooks/hook-path.ts';
import { createRate } from './hooks/rate.ts';
import { createRoom, readBody } from './hooks/read-body.ts';

export interface RelayOptions {
  /** `host:port` of whom requests are passed on to; asked for each. */
  readonly to: () => string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

const MAX_BODY_BYTES = 1024 * 1024;
const MAX_BODIES_BYTES = 16 * MAX_BODY_BYTES;
/** Together less than the ten seconds that GitHub waits. */
const READ_TIMEOUT_MS = 4_000;
const ANSWER_TIMEOUT_MS = 4_000;
/** Less than the leader allows one address, which is what all that is passed on comes from. */
const ADDRESS_RATE = { perSecond: 5, burst: 20, maxParties: 1_024 };
const MAX_ANSWER_BYTES = 64 * 1024;
/** Two that each take the other one for the leader would pass a request on for ever. */
export const RELAYED = 'x-helm-release-operator-relayed';
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade', 'host', 'content-length', 'expect'],
]);

/** Answers with what another replica answers to the same request. It is not looked at here: who proves it is the other one. */
export function createRelay({ to, clock, log }: RelayOptions): (request: IncomingMessage) => Promise<Answer> {
  const room = createRoom(MAX_BODIES_BYTES);
  const rate = createRate(clock, ADDRESS_RATE);
  return async (request) => {
    if (hookPathOf(request.url ?? '') === undefined) return textAnswer(404, 'not found\n');
    if (request.method !== 'POST')
      return textAnswer(405, 'method not allowed\n', { allow: 'POST', connection: 'close' });
    if (!rate.allows(request.socket.remoteAddress ?? '')) return LIMITED;
    const address = to();
    if (address === undefined || RELAYED in request.headers) return NOBODY;
    const body = await readBody(request, { maxBytes: MAX_BODY_BYTES, timeoutMs: READ_TIMEOUT_MS, room });
    if (body.kind !== 'whole')
      return textAnswer(UNREAD[body.kind], `${body.kind}\n`, { connection: 'close' });
    try {
      return await passOn(address, request, body.bytes);
    } catch (error) {
      log.warn('a request could not be passed on to the leader', { error: describe(error) });
      return NOBODY;
    }
  };
}

const LIMITED = textAnswer(429, 'too many requests\n', { 'retry-after': '1', connection: 'close' });
const NOBODY = textAnswer(503, 'no replica of the operator can take this now\n', { 'retry-after': '20' });
const UNREAD = { encoded: 415, 'too-large': 413, 'too-slow': 408, 'no-room': 503, gone: 400 } as const;

async function passOn(
  address: string,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
): Promise<Answer> {
  const kept = Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name));
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const outgoing = send(
    `http://${address}${url ?? '/'}`,
    {
      ...(method === undefined ? {} : { method }),
      headers: { ...Object.fromEntries(kept), [RELAYED]: '1', 'content-length': String(body.length) },
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    },
    resolve,
  );
  outgoing.on('error', reject);
  outgoing.end(body);
  const response = await promise;
  let text = '';
  response.setEncoding('utf8');
  for await (const piece of response) {
    text += String(piece);
    if (text.length > MAX_ANSWER_BYTES) throw new Error('the leader answered with too much');
  }
  const retryAfter = response.headers['retry-after'];
  return textAnswer(
    response.statusCode ?? 502,
    text,
    retryAfter === undefined ? {} : { 'retry-after': retryAfter },
  );
}
