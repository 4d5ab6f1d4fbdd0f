import type { Random } from '../../telemetry/clock.ts';

/** How one try of a request ended badly. */
export type TryFailure =
  /** The server answered with an error. */
  | { readonly kind: 'answer'; readonly status: number; readonly retryAfterMs: number | undefined }
  /** No connection was made, so the server has seen nothing of the request. */
  | { readonly kind: 'not-sent' }
  /** The connection broke or went silent, and nobody knows whether the request was carried out. */
  | { readonly kind: 'broken' }
  | { readonly kind: 'timeout' };

const MAX_TRIES = 3;
const BASE_DELAY_MS = 200;

/** Asked to stay away longer than this, the caller hears of it instead of waiting unseen. */
const MAX_RETRY_AFTER_MS = 30_000;

/**
 * How long to wait before the next try, or undefined when the caller must know. A write is repeated only if the
 * server cannot have carried it out: a second create would fail with "already exists" although the first worked.
 */
export function retryDelay(
  failure: TryFailure,
  tries: number,
  reading: boolean,
  random: Random,
): number | undefined {
  if (tries >= MAX_TRIES) return undefined;
  const jittered = random() * BASE_DELAY_MS * 2 ** (tries - 1);
  switch (failure.kind) {
    case 'timeout':
      return undefined;
    case 'not-sent':
      return jittered;
    case 'broken':
      return reading ? jittered : undefined;
    case 'answer': {
      if (failure.status !== 429 && failure.status !== 503) return undefined;
      if (failure.retryAfterMs === undefined) {
        return failure.status === 429 || reading ? jittered : undefined;
      }
      return failure.retryAfterMs > MAX_RETRY_AFTER_MS ? undefined : failure.retryAfterMs + jittered;
    }
  }
}

/** The header in its two forms, seconds or a date. */
export function parseRetryAfter(header: string | undefined, now: Date): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - now.getTime() : seconds * 1000;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
