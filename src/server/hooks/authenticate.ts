import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { type Authenticity, headerOf, type RawRequest } from './sender.ts';

type Bytes = string | Buffer;

/** Whether both are equal, in a time that tells neither where they differ nor how long the secret one is. */
function isEqual(one: Bytes, other: Bytes): boolean {
  return timingSafeEqual(digestOf(one), digestOf(other));
}

export function digestOf(bytes: Bytes): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** Whether one of the signatures is the HMAC-SHA256 of the parts. */
export function isSigned(
  signatures: readonly (Buffer | undefined)[],
  key: Buffer,
  parts: readonly Bytes[],
): boolean {
  const hmac = createHmac('sha256', key);
  for (const part of parts) hmac.update(part);
  const right = hmac.digest();
  let found = false;
  for (const signature of signatures) {
    if (isEqual(signature ?? '', right)) found = true;
  }
  return found;
}

/** Whether the request shows the key itself. */
export function showsKey(shown: Bytes | undefined, key: Buffer, { body }: RawRequest): Authenticity {
  // What signs takes longer the longer the body is. A name must not be told from one that is not there by its sender.
  isSigned([], key, [body]);
  return shown !== undefined && isEqual(shown, key) ? 'authentic' : 'refused';
}

/** The proof of a header that holds, after a prefix, the HMAC of the body in hexadecimal digits. */
export function signsBody(request: RawRequest, header: string, prefix: string, key: Buffer): Authenticity {
  const signature = hexSignature(headerOf(request, header), prefix);
  return isSigned([signature], key, [request.body]) ? 'authentic' : 'refused';
}

export function hexSignature(text: string | undefined, prefix: string): Buffer | undefined {
  if (text?.startsWith(prefix) !== true) return undefined;
  const digits = text.slice(prefix.length);
  return /^[0-9a-f]{64}$/i.test(digits) ? Buffer.from(digits, 'hex') : undefined;
}

/** How far the clock of a sender that signs its time may be from ours. */
const SIGNED_TIME_MS = 5 * 60_000;

/** Whether a time in whole seconds, out of a header that is signed, is close to now. */
export function isRecent(seconds: string | undefined, nowMs: number): boolean {
  if (seconds === undefined || !/^\d{1,12}$/.test(seconds)) return false;
  return Math.abs(Number(seconds) * 1_000 - nowMs) <= SIGNED_TIME_MS;
}
