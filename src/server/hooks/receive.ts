import type { IncomingMessage } from 'node:http';
import type { Clock, Random } from '../../telemetry/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { type Answer, textAnswer } from '../answer.ts';
import { deliver } from './deliver.ts';
import { type HookPath, hookPathOf } from './hook-path.ts';
import type { Push } from './push.ts';
import { createRate } from './rate.ts';
import { createRoom, readBody } from './read-body.ts';
import type { Receiver } from './receivers.ts';
import { createReplay } from './replay.ts';
import { isUnsignedPing } from './senders/bitbucket-server.ts';
import type { SenderType } from './senders.ts';

export interface ReceiveOptions {
  /** By name. Asked for each delivery. */
  readonly receivers: () => ReadonlyMap<string, Receiver>;
  /** Marks what a push names as old and returns at once; it does not tell whether there is anything. */
  readonly refresh: (push: Push) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly onEnd?: (delivery: { readonly sender: SenderType | 'unknown'; readonly result: Result }) => void;
  /** How long a sender may take for the body. */
  readonly readTimeoutMs?: number;
}

export type Result = keyof typeof ANSWERS;

interface Ended {
  readonly result: Result;
  readonly sender?: SenderType;
  readonly why?: string;
}

const MAX_BODY_BYTES = 1024 * 1024;
const MAX_BODIES_BYTES = 32 * MAX_BODY_BYTES;
const READ_TIMEOUT_MS = 5_000;
/** Of one address of the network. Nothing that a request says of where it comes from is believed. */
const ADDRESS_RATE = { perSecond: 20, burst: 60, maxParties: 4_096 };
const TOTAL_RATE = { perSecond: 100, burst: 300, maxParties: 1 };
/** Lines of the log for one receiver. */
const LOG_RATE = { perSecond: 1, burst: 20, maxParties: 1_024 };

// Who is not read to the end is not listened to any longer.
const CLOSE = { connection: 'close' };
const ACCEPTED = textAnswer(202, 'accepted\n');

/** One answer for all that is proved, whether or not it was news to anybody here; one for all that is not. */
const ANSWERS = {
  accepted: ACCEPTED,
  ignored: ACCEPTED,
  duplicate: ACCEPTED,
  refused: textAnswer(401, 'not authenticated\n'),
  stale: textAnswer(400, 'the delivery is too old, or a clock is wrong\n'),
  malformed: textAnswer(400, 'the delivery is not of the form of this sender\n'),
  limited: textAnswer(429, 'too many requests\n', { 'retry-after': '1', ...CLOSE }),
  encoded: textAnswer(415, 'the body must not be encoded\n', CLOSE),
  'too-large': textAnswer(413, 'the body is longer than 1 MiB\n', CLOSE),
  'too-slow': textAnswer(408, 'the body did not come in time\n', CLOSE),
  'no-room': textAnswer(429, 'too many requests\n', { 'retry-after': '1', ...CLOSE }),
  gone: textAnswer(400, 'the body did not come to its end\n', CLOSE),
} as const satisfies Readonly<Record<string, Answer>>;

/** Takes deliveries. The order of its checks is the contract: what costs less, and shows less, comes first. */
export function createReceive(o: ReceiveOptions): (request: IncomingMessage) => Promise<Answer> {
  const { receivers, clock, random, onEnd } = o;
  const rates = { address: createRate(clock, ADDRESS_RATE), total: createRate(clock, TOTAL_RATE) };
  const lines = createRate(clock, LOG_RATE);
  const limits = {
    maxBytes: MAX_BODY_BYTES,
    timeoutMs: o.readTimeoutMs ?? READ_TIMEOUT_MS,
    room: createRoom(MAX_BODIES_BYTES),
  };
  // Nobody is let in by it, so it need not be unguessable.
  const decoy = Buffer.from(Array.from({ length: 32 }, () => Math.floor(random() * 256)));
  const ports = { replay: createReplay(clock), refresh: o.refresh, clock, decoy };

  return async (request) => {
    const path = hookPathOf(request.url ?? '');
    if (path === undefined) return textAnswer(404, 'not found\n');
    if (request.method !== 'POST')
      return textAnswer(405, 'method not allowed\n', { allow: 'POST', ...CLOSE });

    const ended = await take(request, path);
    onEnd?.({ sender: ended.sender ?? 'unknown', result: ended.result });
    tell(path, ended);
    const answer = ANSWERS[ended.result];
    return ended.why === undefined ? answer : { ...answer, body: `${ended.why}\n` };
  };

  async function take(request: IncomingMessage, { name, token }: HookPath): Promise<Ended> {
    if (!rates.address.allows(request.socket.remoteAddress ?? '') || !rates.total.allows(''))
      return { result: 'limited' };
    const body = await readBody(request, limits);
    if (body.kind !== 'whole') return { result: body.kind };

    const raw = { headers: request.headers, pathToken: token, body: body.bytes };
    // For any name, so that it tells nothing; and nothing comes of it.
    if (isUnsignedPing(raw)) return { result: 'ignored' };
    const receiver = receivers().get(name);
    const { kind: result, ...more } = deliver(name, receiver, raw, ports);
    return { result, ...more, ...(receiver === undefined ? {} : { sender: receiver.type }) };
  }

  function tell({ name }: HookPath, { result, sender, why }: Ended): void {
    const fields = { receiver: name.slice(0, 63), sender, result, why };
    // Anybody may ask for names that are not there, and for others as often as the rate allows.
    if (sender === undefined || !lines.allows(name)) o.log.debug('a webhook came', fields);
    else if (ANSWERS[result] === ACCEPTED) o.log.info('a webhook came', fields);
    else o.log.warn('a webhook was refused', fields);
  }
}
