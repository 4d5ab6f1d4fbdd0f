import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { InvalidSpecError } from '../api/errors.ts';
import type { AddressCheck } from '../net/addresses.ts';

/** Throws when a host is, or resolves to, an address that the operator must not be sent to. */
export type AddressGuard = (host: string, signal: AbortSignal) => Promise<void>;

export type Lookup = (host: string, signal: AbortSignal) => Promise<readonly string[]>;

export function createAddressGuard(check: AddressCheck, lookup: Lookup = lookupAll): AddressGuard {
  return async (host, signal) => {
    const addresses = isIP(host) === 0 ? await lookup(host, signal) : [host];
    for (const address of addresses) {
      const why = check(address);
      if (why === undefined) continue;
      const what = address === host ? `the address ${host}` : `the host '${host}' (${address})`;
      throw new InvalidSpecError(`${what} is refused: it ${why}`);
    }
  };
}

/**
 * By DNS alone and outside of libuv's thread pool, where four dead names would hold up every file access. A name that is
 * not in DNS (a hosts file, an alias of ssh's configuration) was put there by an administrator: it passes.
 */
async function lookupAll(host: string, signal: AbortSignal): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: 2_000, tries: 1 });
  const cancel = (): void => {
    resolver.cancel();
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const found = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    signal.throwIfAborted();
    return found.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
