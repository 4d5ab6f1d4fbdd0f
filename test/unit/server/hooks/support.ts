import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { RawRequest, Sender } from '../../../../src/server/hooks/sender.ts';
import type { Clock } from '../../../../src/telemetry/clock.ts';

/** When everything in the fixtures happened. */
export const HAPPENED = Date.parse('2026-11-20T08:15:00Z');
export const SECONDS = String(HAPPENED / 1_000);
export const KEY = Buffer.from('a key of the tests, and of nothing else');
export const SIGNING_BYTES = Buffer.alloc(32, 'a key that signs');
export const SIGNING_KEY = Buffer.from(`whsec_${SIGNING_BYTES.toString('base64')}`);

/** `github/push` and the like. */
export function fixture(name: string): Buffer {
  return readFileSync(fileURLToPath(new URL(`../../../fixtures/webhooks/${name}.json`, import.meta.url)));
}

export function hmac(key: Buffer, ...parts: readonly (string | Buffer)[]): Buffer {
  const made = createHmac('sha256', key);
  for (const part of parts) made.update(part);
  return made.digest();
}

export const hexOf = (body: Buffer, key = KEY): string => hmac(key, body).toString('hex');

export function raw(
  body: Buffer | string,
  headers: Readonly<Record<string, string>> = {},
  pathToken = '',
): RawRequest {
  return { body: Buffer.from(body), headers, pathToken };
}

/** What a sender says of a fixture, with changes to it. */
export function saidOf(
  sender: Sender,
  name: string,
  headers: Readonly<Record<string, string>> = {},
  change: (body: Record<string, unknown>) => unknown = (body) => body,
): ReturnType<Sender['parse']> {
  const body = change(JSON.parse(fixture(name).toString()) as Record<string, unknown>);
  return sender.parse(body, raw(JSON.stringify(body), headers));
}

export interface TestClock extends Clock {
  pass(ms: number): void;
}

/** The clock of the wall and the monotonic one start far from each other. */
export function testClock(at = HAPPENED): TestClock {
  let passed = 0;
  return {
    now: () => new Date(at + passed),
    monotonicMs: () => 1_000 + passed,
    pass: (ms) => {
      passed += ms;
    },
  };
}

export interface RequestParts {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string | Readable;
  readonly address?: string;
}

/** What is used of a request that a server got. */
export function incoming({
  url,
  method = 'POST',
  headers = {},
  body = '',
  address = '192.0.2.1',
}: RequestParts): IncomingMessage {
  const stream = body instanceof Readable ? body : Readable.from([Buffer.from(body)], { objectMode: false });
  return Object.assign(stream, {
    url,
    method,
    headers,
    socket: { remoteAddress: address },
  }) as unknown as IncomingMessage;
}

/** A body of which nothing more comes by itself. */
export function openBody(): Readable {
  return new Readable({ read: () => undefined });
}
