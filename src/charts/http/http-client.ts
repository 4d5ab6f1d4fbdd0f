import { rm } from 'node:fs/promises';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Gate } from '../../process/gate.ts';
import { type Download, readBody, saveBody, SizeLimitError } from './body.ts';
import type { Connections } from './connections.ts';
import { explainFailure } from './explain.ts';
import { seconds, TimeLimitError } from './exchange.ts';
import { type Authorization, follow } from './follow.ts';
import type { TlsFor } from './tls.ts';

export interface HttpRequest {
  readonly url: URL;
  readonly method?: 'GET' | 'HEAD' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  /** Of a POST. */
  readonly body?: string;
  readonly authorization?: Authorization | undefined;
  readonly tls?: TlsFor | undefined;
  /** Of a download: whether what the server packed is unpacked. */
  readonly unpack?: boolean;
  /** The digest of the content is known, so it may come from another host (redirect.ts). */
  readonly elsewhere?: boolean;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** The fetcher of every chart source. Throws ChartUnavailableError when there is no answer, whatever the cause. */
export interface HttpClient {
  /** An answer in memory, whatever its status. The body is empty unless the status is 2xx or 401. */
  read(request: HttpRequest): Promise<HttpAnswer & { readonly body: Buffer }>;
  /** The body of a 200 goes to `file`, which must not exist; after any other outcome there is no file. */
  download(
    request: HttpRequest,
    file: string,
  ): Promise<HttpAnswer & { readonly saved: Download | undefined }>;
  /** Of all bodies since the start. */
  receivedBytes(): number;
  close(): void;
}

export interface HttpClientOptions {
  readonly connections: Connections;
  readonly gate: Gate;
  readonly connectMs?: number;
  readonly idleMs?: number;
  readonly totalMs?: number;
  /** On disk, of all downloads under way: beyond that the large ones among them are given up, for another time. */
  readonly maxIncomingBytes?: number;
}

const MAX_INCOMING_BYTES = 500_000_000;
const LARGE_BYTES = 10_000_000;

type Consume<T> = (answer: IncomingMessage, signal: AbortSignal) => Promise<T>;

export function createHttpClient(o: HttpClientOptions): HttpClient {
  const { connectMs = 10_000, idleMs = 30_000, totalMs = 300_000 } = o;
  const { maxIncomingBytes = MAX_INCOMING_BYTES } = o;
  let received = 0;
  let incoming = 0;

  const run = <T>(request: HttpRequest, consume: Consume<T>): Promise<T> =>
    o.gate.run(request.url.host, request.signal, async () => {
      const total = new AbortController();
      const timer = setTimeout(() => {
        total.abort(new TimeLimitError(`did not finish within ${seconds(totalMs)}`));
      }, totalMs);
      const signal = AbortSignal.any([request.signal, total.signal]);
      try {
        const answer = await follow(o.connections, { ...request, signal, connectMs, idleMs });
        return await consume(answer, signal);
      } catch (caught) {
        const failure: unknown = total.signal.aborted ? total.signal.reason : caught;
        throw explainFailure(request, failure);
      } finally {
        clearTimeout(timer);
      }
    });

  return {
    read: (request) =>
      run(request, async (answer, signal) => {
        const { statusCode: status = 0, headers } = answer;
        const wanted = (status >= 200 && status < 300) || status === 401;
        const body = wanted ? await readBody(answer, request.maxBytes, signal) : discard(answer);
        received += body.length;
        return { status, headers, body };
      }),
    download: (request, file) =>
      run(request, async (answer, signal) => {
        const { statusCode: status = 0, headers } = answer;
        if (status !== 200) {
          discard(answer);
          return { status, headers, saved: undefined };
        }
        let own = 0;
        const onGrowth = (bytes: number): void => {
          own += bytes;
          incoming += bytes;
          if (incoming > maxIncomingBytes && own > Math.min(LARGE_BYTES, maxIncomingBytes / 2))
            throw new SizeLimitError('has to be downloaded later: too much is under way at the same time');
        };
        try {
          const { maxBytes, unpack = false } = request;
          const saved = await saveBody(answer, { file, maxBytes, unpack, signal, onGrowth });
          received += saved.bytes;
          return { status, headers, saved };
        } catch (caught) {
          await rm(file, { force: true });
          throw caught;
        } finally {
          incoming -= own;
        }
      }),
    receivedBytes: () => received,
    close: () => {
      o.connections.close();
    },
  };
}

/** One that comes in drops is not waited for. */
const DISCARD_MS = 1_000;

/** What a server says besides its refusal is for nobody; a short one is read so that its connection can be kept. */
function discard(answer: IncomingMessage): Buffer {
  if (Number(answer.headers['content-length'] ?? Infinity) <= 4096) {
    const timer = setTimeout(() => answer.destroy(), DISCARD_MS);
    answer.once('close', () => {
      clearTimeout(timer);
    });
    answer.resume();
  } else {
    answer.destroy();
  }
  return Buffer.alloc(0);
}
