import type { IncomingMessage } from 'node:http';
import type { Clock, Random } from '../telemetry/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Credentials } from './connect/credentials.ts';
import type { Connection } from './connection.ts';
import { ApiError, UnreachableError } from './errors.ts';
import { abortable } from './http/abort.ts';
import { createAgentPool } from './http/agents.ts';
import { failureOf, isReading, methodOf, pathOf, type ApiRequest } from './http/api-request.ts';
import { apiError, parseStatus } from './http/api-status.ts';
import { DeadlineError, withDeadline } from './http/deadline.ts';
import { exchange, readBody, readChunks, type Outgoing } from './http/exchange.ts';
import { createPersist } from './http/persist.ts';
import { createPlaces } from './http/places.ts';
import { parseRetryAfter } from './http/retry.ts';
import type { Lesson } from './http/slots.ts';

/** One try of a request, as metrics count them. */
export interface RequestSeen {
  readonly verb: string;
  readonly resource: string;
  /** The HTTP status, or undefined if there was no answer. */
  readonly code: number | undefined;
  readonly seconds: number;
}

export interface TransportOptions {
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
  /** Ours, for the User-Agent by which the API server's audit log tells its clients apart. */
  readonly version: string;
  readonly requestTimeoutMs?: number;
  /** Requests under way at once, fewer while the server is overloaded; the others wait. Watches do not count. */
  readonly maxConcurrent?: number;
  readonly onRequest?: (seen: RequestSeen) => void;
  /** Why nothing may be written now: asked when a write is about to be sent, which it then is not. */
  readonly fence?: () => Error | undefined;
  /** For writes in place of the connection's own token, if there is one. */
  readonly writeToken?: () => string | undefined;
}

/** Where the bytes of a long answer go. */
export interface StreamSink {
  /** The server has accepted; bytes may take their time now. */
  onOpen(): void;
  onChunk(chunk: Buffer): void;
  /** From now on, silence for so long means that the connection is dead. Asked after each piece. */
  idleMs(): number;
}

/**
 * Requests to one API server over few, kept-open connections. Repeats what can be repeated (see retryDelay);
 * throws ApiError for an answer that is a refusal, UnreachableError for none, and the signal's reason on abort.
 */
export interface Transport {
  /** The parsed body of the answer. */
  request(request: ApiRequest, signal: AbortSignal): Promise<unknown>;
  /** Resolves when the server has ended its answer; rejects if the answer breaks off. */
  stream(request: ApiRequest, sink: StreamSink, signal: AbortSignal): Promise<void>;
  /** Ends all connections, those in use too. */
  close(): void;
}

const REQUEST_TIMEOUT_MS = 30_000;
const MAX_CONCURRENT = 16;
/** So many times as long as it may take, a write may wait for others of its namespace that take as long. */
const PATIENCE = 4;

export function createTransport(connection: Connection, options: TransportOptions): Transport {
  const { server, credentials } = connection;
  const timeoutMs = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  const maxConcurrent = options.maxConcurrent ?? MAX_CONCURRENT;
  const places = createPlaces({ most: maxConcurrent, lessonOf, patienceMs: PATIENCE * timeoutMs });
  const pool = createAgentPool(connection, maxConcurrent);
  const persist = createPersist({
    server,
    log: options.log,
    random: options.random,
    renewCredentials: () => {
      credentials.renew();
    },
  });

  /** One try: sends, counts, and throws on an answer that is no success. */
  const send = async (request: ApiRequest, use: 'requests' | 'watches', signal: AbortSignal) => {
    const own = await abortable(credentials.current(), signal);
    const isWrite = !isReading(request);
    const refused = isWrite ? options.fence?.() : undefined;
    if (refused !== undefined) throw refused;
    const writeToken = isWrite ? options.writeToken?.() : undefined;
    const current = writeToken === undefined ? own : { ...own, token: writeToken };
    const agent = pool.of(current.tls)[use];
    const startedAt = options.clock.monotonicMs();
    let code: number | undefined;
    let response: IncomingMessage;
    try {
      response = await exchange(server, agent, outgoingOf(request, current, options.version), signal);
      code = response.statusCode ?? 0;
    } finally {
      const seconds = (options.clock.monotonicMs() - startedAt) / 1000;
      options.onRequest?.({ verb: request.verb, resource: request.resource, code, seconds });
    }
    if (code >= 200 && code < 300) return response;
    const retryAfterMs = parseRetryAfter(response.headers['retry-after'], options.clock.now());
    throw apiError(request, parseStatus(await readBody(response)), { code, retryAfterMs });
  };

  return {
    request: (request, signal) =>
      persist(request, signal, () =>
        places.run(
          partyOf(request),
          signal,
          () =>
            withDeadline(timeoutMs, signal, async (limited) =>
              parseBody(request, await readBody(await send(request, 'requests', limited))),
            ),
          { yields: request.yields === true },
        ),
      ),

    stream: (request, sink, signal) => {
      let opened = false;
      return persist(
        request,
        signal,
        () =>
          withDeadline(timeoutMs, signal, async (limited, deadline) => {
            const response = await send(request, 'watches', limited);
            opened = true;
            deadline.set(sink.idleMs());
            sink.onOpen();
            await readChunks(response, (chunk) => {
              sink.onChunk(chunk);
              deadline.set(sink.idleMs());
            });
          }),
        () => !opened,
      );
    },

    close: () => {
      pool.close();
    },
  };
}

/** Admission webhooks, which are of a namespace, see what is written only. */
function partyOf(request: ApiRequest): string {
  return isReading(request) ? '' : (request.namespace ?? '');
}

/** Without a time to come back, 429 and 503 are about one kind of object, and not about the server. */
function lessonOf(error: unknown): Lesson {
  if (error instanceof DeadlineError) return 'silent';
  if (!(error instanceof ApiError)) return 'nothing';
  if (error.status === 504) return 'silent';
  return BUSY.has(error.status) && error.retryAfterMs !== undefined ? 'overloaded' : 'answered';
}

const BUSY: ReadonlySet<number> = new Set([429, 503]);

function outgoingOf(request: ApiRequest, credentials: Credentials, version: string): Outgoing {
  const { token, basic, impersonate } = credentials;
  const user = request.as ?? impersonate;
  const body = request.body === undefined ? undefined : JSON.stringify(request.body);
  const basicText = basic && Buffer.from(`${basic.username}:${basic.password}`).toString('base64');
  const authorization = token ? `Bearer ${token}` : basicText && `Basic ${basicText}`;
  return {
    method: methodOf(request),
    path: pathOf(request),
    body,
    headers: {
      accept: request.accept ?? 'application/json',
      'user-agent': `helm-release-operator/${version}`,
      ...(authorization ? { authorization } : {}),
      ...(user === undefined ? {} : { 'impersonate-user': user }),
      ...(body === undefined
        ? {}
        : {
            'content-type': request.contentType ?? 'application/json',
            'content-length': String(Buffer.byteLength(body)),
          }),
    },
  };
}

function parseBody(request: ApiRequest, body: string): unknown {
  if (body === '') return undefined;
  try {
    return JSON.parse(body);
  } catch {
    // The parser's message quotes the body, which may be a Secret.
    throw new UnreachableError(`${failureOf(request)}: what answered is not an API server`);
  }
}
