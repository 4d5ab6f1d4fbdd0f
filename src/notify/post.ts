import type { IncomingMessage } from 'node:http';
import { type Connections } from '../charts/http/connections.ts';
import { exchange, isStaleConnection, TimeLimitError } from '../charts/http/exchange.ts';
import { isSameHost, redirectOf } from '../charts/http/redirect.ts';
import type { Clock } from '../telemetry/clock.ts';
import { whyUnsent } from './explain.ts';
import type { Letter } from './sender.ts';

export type Posted =
  | { readonly kind: 'taken' }
  /** Trying again can help, at the earliest after `afterMs`. */
  | { readonly kind: 'later'; readonly why: string; readonly afterMs?: number }
  /** Nothing helps but a change of the notifier, or of what it is told. */
  | { readonly kind: 'refused'; readonly why: string };

/** Sends one letter. `why` completes the name of a host, and never shows more of an address: the rest may be secret. */
export type Post = (
  letter: Letter,
  how: {
    readonly ca: string | undefined;
    readonly isDone?: ((status: number, body: string) => boolean) | undefined;
  },
  signal: AbortSignal,
) => Promise<Posted>;

export interface PostOptions {
  readonly connections: Pick<Connections, 'agentFor' | 'close'>;
  readonly clock: Clock;
  readonly version: string;
  readonly connectMs?: number;
  /** For all of one letter. */
  readonly totalMs?: number;
}

const MAX_REDIRECTS = 3;
const MAX_ANSWER_BYTES = 4_096;

export function createPost(o: PostOptions): Post {
  const { connectMs = 10_000, totalMs = 30_000, clock, version } = o;

  const send = (letter: Letter, ca: string | undefined, url: URL, signal: AbortSignal) => {
    const headers = { 'user-agent': `helm-release-operator/${version}`, ...letter.headers };
    const tls = ca === undefined ? undefined : { ca };
    const request = { url, headers, tls, signal, connectMs, idleMs: totalMs, body: letter.body };
    return exchange(o.connections, { ...request, method: 'POST' });
  };

  const follow = async (
    letter: Letter,
    ca: string | undefined,
    signal: AbortSignal,
  ): Promise<Posted | IncomingMessage> => {
    let { url } = letter;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
      const at = url;
      const answer = await send(letter, ca, at, signal).catch((caught: unknown) => {
        // The server had closed it before it saw anything.
        if (!isStaleConnection(caught) || signal.aborted) throw caught;
        return send(letter, ca, at, signal);
      });
      const status = answer.statusCode ?? 0;
      const next = redirectOf(at, { status, location: answer.headers.location, elsewhere: false });
      if (next.kind === 'none') return answer;
      answer.destroy();
      const isKept = status === 307 || status === 308;
      if (next.kind === 'refused' || !isKept || !isSameHost(letter.url, next.to))
        return {
          kind: 'refused',
          why: `answered with a redirect (${String(status)}) that is not followed: use the address that it leads to`,
        };
      url = next.to;
    }
    return { kind: 'refused', why: `redirects more than ${String(MAX_REDIRECTS)} times` };
  };

  return async (letter, { ca, isDone }, signal) => {
    const total = new AbortController();
    const timer = setTimeout(() => {
      total.abort(new TimeLimitError(`did not answer within ${String(totalMs / 1000)} s`));
    }, totalMs);
    try {
      const within = AbortSignal.any([signal, total.signal]);
      const answer = await follow(letter, ca, within);
      if ('kind' in answer) return answer;
      const body = await beginningOf(answer);
      return judge(answer, (status) => isDone?.(status, body) === true, clock);
    } catch (caught) {
      signal.throwIfAborted();
      return { kind: 'later', why: whyUnsent(total.signal.aborted ? total.signal.reason : caught) };
    } finally {
      clearTimeout(timer);
    }
  };
}

function judge(
  { statusCode: status = 0, headers }: IncomingMessage,
  isDone: (status: number) => boolean,
  clock: Clock,
): Posted {
  if ((status >= 200 && status < 300) || isDone(status)) return { kind: 'taken' };
  const now = clock.now().getTime();
  const afterMs = retryAfterMs(headers['retry-after'], now) ?? resetMs(headers, now);
  const why = `answered with status ${String(status)}`;
  const isPassing = status >= 500 || status === 408 || status === 425 || status === 429;
  if (isPassing || (status === 403 && afterMs !== undefined))
    return { kind: 'later', why, ...(afterMs === undefined ? {} : { afterMs }) };
  return { kind: 'refused', why: `${why}${HINTS[status] ?? ''}` };
}

const HINTS: Readonly<Record<number, string>> = {
  401: ': what is to prove us is not accepted',
  403: ': what proves us does not allow it',
  404: ': check the address, and whether the token may see what it names',
  410: ': the address is gone',
  422: ': it does not know the commit, or takes no more of it',
};

/** In seconds, or as a date. */
function retryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** GitHub says by this when its hourly limit is over. */
function resetMs(headers: IncomingMessage['headers'], nowMs: number): number | undefined {
  const reset = headers['x-ratelimit-reset'];
  if (headers['x-ratelimit-remaining'] !== '0' || typeof reset !== 'string') return undefined;
  return /^\d{1,12}$/.test(reset) ? Math.max(0, Number(reset) * 1_000 - nowMs) : undefined;
}

/** Read so that the connection can be used again; a long answer is not listened to. */
async function beginningOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES) break;
    }
  } catch {
    // What it thinks of the letter is known by its status already.
  }
  return Buffer.concat(chunks).toString();
}
