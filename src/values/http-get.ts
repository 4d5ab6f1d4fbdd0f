import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { ValuesError } from '../api/errors.ts';
import type { AddressCheck } from '../net/addresses.ts';
import { checkedLookup } from '../net/checked-lookup.ts';
import type { HostLookup } from '../net/lookup.ts';
import { shownUrl } from './source.ts';

export interface GetOptions {
  readonly maxBytes: number;
  readonly lookup: HostLookup;
  readonly checkAddress: AddressCheck;
  readonly signal: AbortSignal;
}

export type Answer =
  | { readonly kind: 'content'; readonly content: Buffer }
  | { readonly kind: 'redirect'; readonly location: string };

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** One GET on a connection of its own, which is closed whatever happens. */
export async function get(url: URL, options: GetOptions): Promise<Answer> {
  const response = await respond(url, options);
  try {
    const { statusCode = 0 } = response;
    const { location } = response.headers;
    if (REDIRECTS.has(statusCode) && location !== undefined) return { kind: 'redirect', location };
    if (statusCode !== 200) {
      throw new ValuesError(
        `${shownUrl(url.href)} answered with status ${String(statusCode)} instead of 200`,
      );
    }
    return { kind: 'content', content: await bodyOf(response, url, options.maxBytes) };
  } finally {
    response.destroy();
  }
}

function respond(url: URL, { lookup, checkAddress, signal }: GetOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const start = url.protocol === 'https:' ? requestHttps : requestHttp;
    const headers = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'helm-release-operator' };
    start(url, { agent: false, headers, lookup: checkedLookup(lookup, checkAddress), signal })
      .once('response', resolve)
      .on('error', reject)
      .end();
  });
}

async function bodyOf(response: IncomingMessage, url: URL, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      const limit =
        maxBytes >= 1024 * 1024 ? `${String(maxBytes / 1024 / 1024)} MiB` : `${String(maxBytes)} bytes`;
      throw new ValuesError(
        `${shownUrl(url.href)} sends more than ${limit}, the limit for one source of values`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
