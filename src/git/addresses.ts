import { Resolver } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { InvalidSpecError } from '../api/errors.ts';

/** Throws when a host is, or resolves to, an address that the operator must not be sent to. */
export type AddressGuard = (host: string, signal: AbortSignal) => Promise<void>;

export type Lookup = (host: string, signal: AbortSignal) => Promise<readonly string[]>;

/** `169.254.0.0/16` and the like; link-local addresses are always refused: clouds serve credentials there. */
export function createAddressGuard(denied: readonly string[] = [], lookup: Lookup = lookupAll): AddressGuard {
  const list = new BlockList();
  for (const range of ['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::254/128', ...denied]) addTo(list, range);
  return async (host, signal) => {
    const addresses = isIP(host) === 0 ? await lookup(host, signal) : [host];
    const bad = addresses.find((address) => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'));
    if (bad === undefined) return;
    const what = bad === host ? `the address ${host}` : `the host '${host}' (${bad})`;
    throw new InvalidSpecError(
      `${what} is refused: it is link-local or in a denied range, where credentials of the machine may be served`,
    );
  };
}

function addTo(list: BlockList, range: string): void {
  const [address = '', prefix] = range.split('/');
  const type = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  list.addSubnet(address, Number(prefix ?? (type === 'ipv6' ? 128 : 32)), type);
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
