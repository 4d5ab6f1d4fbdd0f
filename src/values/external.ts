import { isIP } from 'node:net';
import { ValuesError } from '../api/errors.ts';
import type { AddressCheck } from '../net/addresses.ts';
import { RefusedAddressError } from '../net/checked-lookup.ts';
import type { HostLookup } from '../net/lookup.ts';
import { get, type GetOptions } from './http-get.ts';
import { MAX_SOURCE_BYTES } from './read-source.ts';
import { shownUrl } from './source.ts';

export interface ExternalOptions {
  /** For everything together, redirects included. */
  readonly timeoutMs: number;
  readonly maxBytes?: number;
  readonly lookup: HostLookup;
  /** Asked before every connection, about the very address that it is made to. */
  readonly checkAddress: AddressCheck;
}

/** Reads the document at a URL of spec.valuesFrom. Rejects with a ValuesError, or with the signal's reason. */
export type FetchExternal = (url: string, signal: AbortSignal) => Promise<Buffer>;

const MAX_REDIRECTS = 5;

/**
 * Reads by http or https. Redirects are followed to the same host only, and never back from https to http. An address
 * that is refused is not connected to, whatever name or redirect leads there.
 */
export function createExternalReader(options: ExternalOptions): FetchExternal {
  const { timeoutMs, maxBytes = MAX_SOURCE_BYTES, lookup, checkAddress } = options;
  return async (url, signal) => {
    const controller = new AbortController();
    const timer = setTimeout(() => {
      controller.abort(new ValuesError(`${shownUrl(url)} did not answer in ${String(timeoutMs / 1000)} s`));
    }, timeoutMs);
    try {
      const both = AbortSignal.any([signal, controller.signal]);
      return await follow(parse(url), { maxBytes, lookup, checkAddress, signal: both });
    } catch (error) {
      signal.throwIfAborted();
      controller.signal.throwIfAborted();
      if (error instanceof ValuesError) throw error;
      if (error instanceof RefusedAddressError) throw new ValuesError(error.message);
      throw new ValuesError(`${shownUrl(url)} cannot be reached: ${reasonOf(error)}`);
    } finally {
      clearTimeout(timer);
    }
  };
}

function parse(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new ValuesError('the URL must begin with http:// or https://');
  }
  return url;
}

async function follow(first: URL, options: GetOptions): Promise<Buffer> {
  let url = first;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    refuseAddress(url, options.checkAddress);
    const answer = await get(url, options);
    if (answer.kind === 'content') return answer.content;
    url = redirected(url, answer.location);
  }
  throw new ValuesError(`${shownUrl(first.href)} redirects more than ${String(MAX_REDIRECTS)} times`);
}

/** An address in place of a name is never resolved, so the check at resolving does not see it. */
function refuseAddress({ hostname }: URL, checkAddress: AddressCheck): void {
  const host = hostname.replace(/^\[|\]$/g, '');
  const refused = isIP(host) === 0 ? undefined : checkAddress(host);
  if (refused !== undefined) throw new ValuesError(`${host} ${refused}`);
}

function redirected(from: URL, location: string): URL {
  const to = URL.parse(location, from.href);
  const isDowngrade = from.protocol === 'https:' && to?.protocol !== 'https:';
  if (to?.hostname !== from.hostname || !/^https?:$/.test(to.protocol) || isDowngrade) {
    throw new ValuesError(
      `${shownUrl(from.href)} redirects to another host or scheme, which is not followed`,
    );
  }
  if (to.origin === from.origin) {
    to.username = from.username;
    to.password = from.password;
  }
  return to;
}

/** The platform's text for network errors names hosts and codes only. Several tried addresses leave just a code. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  if (error.message !== '') return error.message;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
