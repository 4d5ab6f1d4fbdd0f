import { isIP } from 'node:net';
import { InvalidSpecError } from '../api/errors.ts';
import type { AddressCheck } from '../net/addresses.ts';
import type { HostLookup } from '../net/lookup.ts';

/** Where a connection to a host may lead. */
export type Found =
  /** It is an address itself, and may be connected to. */
  | { readonly kind: 'address' }
  | { readonly kind: 'name'; readonly addresses: readonly string[] }
  /** The system does not know the name. */
  | { readonly kind: 'unknown' };

/** Throws an InvalidSpecError when a host is, or resolves to nothing but, addresses that the operator must not be sent to. */
export type AddressGuard = (host: string, signal: AbortSignal) => Promise<Found>;

export function createAddressGuard(check: AddressCheck, lookup: HostLookup): AddressGuard {
  return async (host, signal) => {
    if (isIP(host) !== 0) {
      const why = check(host);
      if (why === undefined) return { kind: 'address' };
      throw new InvalidSpecError(`the address ${host} is refused: it ${why}`);
    }
    const found = await lookup(host, signal).catch(() => undefined);
    signal.throwIfAborted();
    if (found === undefined) return { kind: 'unknown' };
    const allowed = found.filter(({ address }) => check(address) === undefined);
    const [first] = found;
    if (allowed.length > 0) return { kind: 'name', addresses: allowed.map(({ address }) => address) };
    const why = check(first?.address ?? '') ?? '';
    throw new InvalidSpecError(`the host '${host}' (${first?.address ?? ''}) is refused: it ${why}`);
  };
}
