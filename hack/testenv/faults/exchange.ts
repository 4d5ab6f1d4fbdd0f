import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Fault } from './fault.ts';
import type { RequestInfo } from './request-info.ts';
import { expiredEvent, statusBody } from './status-body.ts';

/** Half an event: what a connection that breaks off leaves. */
const HALF_LINE = '{"type":"MODIFIED","object":{"apiVersion":"v1","metadata":{"na';

/** What stays known of a request when it is over. Status 0 means that there was no answer. */
export interface ExchangeRecord {
  readonly info: RequestInfo;
  readonly fault: Fault['kind'] | undefined;
  status: number;
}

/** One request on its way through the proxy: passes bytes on until a fault stops it. */
export class Exchange {
  readonly #record: ExchangeRecord;
  readonly #response: ServerResponse;
  readonly #connection: Socket;
  #upstream: ClientRequest | undefined;
  #passed = 0;
  #cut: Extract<Fault, { kind: 'reset' | 'stall' | 'truncate' }> | undefined;
  #over = false;

  /** `connection` is the bare TCP socket below TLS: only that one can be reset. */
  constructor(record: ExchangeRecord, response: ServerResponse, connection: Socket) {
    this.#record = record;
    this.#response = response;
    this.#connection = connection;
    response.once('close', () => {
      this.#over = true;
      this.#upstream?.destroy();
    });
  }

  get info(): RequestInfo {
    return this.#record.info;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Answers with a Status without asking the API server. */
  answer(status: number, retryAfterSeconds?: number): void {
    const retry = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
    this.#record.status = status;
    this.#response.writeHead(status, { 'content-type': 'application/json', ...retry });
    this.#response.end(statusBody(status, retryAfterSeconds));
  }

  /** Names the request to the API server, which ends with this one. */
  asks(upstream: ClientRequest): void {
    if (this.#over) upstream.destroy();
    this.#upstream = upstream;
  }

  /** Passes the API server's answer on; `cut` ends it early. */
  relay(answer: IncomingMessage, cut: Fault | undefined): void {
    const headers = { ...answer.headers };
    delete headers['connection'];
    delete headers['keep-alive'];
    delete headers['transfer-encoding'];
    if (cut?.kind === 'reset' || cut?.kind === 'stall' || cut?.kind === 'truncate') this.#cut = cut;
    // With the whole length announced, an early end would not look like one in good order.
    if (cut?.kind === 'truncate') delete headers['content-length'];
    this.#record.status = answer.statusCode ?? 0;
    this.#response.writeHead(this.#record.status, headers);
    this.#response.flushHeaders();
    answer.on('data', (chunk: Buffer) => {
      this.#pass(chunk, answer);
    });
    answer.once('end', () => {
      if (this.#cut === undefined || this.#cut.kind === 'truncate') this.#response.end();
      else this.#finish(this.#cut);
    });
    answer.once('error', () => {
      // Our own end of the request to the API server is no failure of its answer.
      if (!this.#response.writableEnded) this.reset();
    });
  }

  /** Lets a fault befall it now, in whatever state it is. */
  strike(fault: Fault): void {
    if (this.#over) return;
    if (fault.kind === 'reset') this.reset();
    else if (fault.kind === 'stall') this.#cut = { kind: 'stall' };
    else if (fault.kind === 'truncate') this.#response.end(HALF_LINE);
    else if (fault.kind === 'expire') this.expire();
    else throw new Error(`${fault.kind} cannot befall an answer that is under way`);
    if (this.#response.writableEnded) this.#upstream?.destroy();
  }

  /** Sends the ERROR event of code 410, as the whole watch or as its end. */
  expire(): void {
    this.#record.status = 200;
    if (!this.#response.headersSent) this.#response.writeHead(200, { 'content-type': 'application/json' });
    this.#response.end(expiredEvent());
  }

  readonly reset = (): void => {
    this.#upstream?.destroy();
    this.#connection.resetAndDestroy();
    // TLS above it does not notice by itself, and would keep its handle.
    this.#response.socket?.destroy();
  };

  #pass(chunk: Buffer, answer: IncomingMessage): void {
    if (this.#over || this.#response.writableEnded) return;
    const room = this.#cut === undefined ? Infinity : (this.#cut.afterBytes ?? 0) - this.#passed;
    const part = chunk.length <= room ? chunk : chunk.subarray(0, Math.max(0, room));
    this.#passed += part.length;
    if (part.length > 0 && !this.#response.write(part)) {
      answer.pause();
      this.#response.once('drain', () => answer.resume());
    }
    if (part.length < chunk.length && this.#cut !== undefined) this.#finish(this.#cut);
  }

  #finish(cut: Extract<Fault, { kind: 'reset' | 'stall' | 'truncate' }>): void {
    if (cut.kind === 'truncate') this.#response.end();
    // A reset throws away what the kernel still holds: what got through must have left first.
    if (cut.kind === 'reset') this.#response.write('', () => setImmediate(this.reset));
    if (cut.kind !== 'stall') this.#upstream?.destroy();
  }
}
