import { isIP } from 'node:net';
import { describe, InvalidSpecError } from '../api/errors.ts';
import type { AddressCheck } from '../net/addresses.ts';
import type { HostLookup } from '../net/lookup.ts';

/** Where a connection to a host may lead. */
export type Found =
  /** It is an address itself, and may be connected to. */
  | { readonly kind: 'address' }
  | { readonly kind: 'name'; readonly addresses: readonly string[] }
  /** The system does not know the name, or has not found out: then it is told why. */
  | { readonly kind: 'unknown'; readonly why?: string };

/** Throws an InvalidSpecError when a host is, or resolves to nothing but, addresses that the operator must not be sent to. */
export type AddressGuard = (host: string, signal: AbortSignal) => Promise<Found>;

export function createAddressGuard(check: AddressCheck, lookup: HostLookup): AddressGuard {
  return async (host, signal) => {
    if (isIP(host) !== 0) {
      const why = check(host);
      if (why === undefined) return { kind: 'address' };
      throw new InvalidSpecError(`the address ${host} is refused: it ${why}`);
    }
    const found = await lookup(host, signal).catch((caught: unknown) => unknown(caught));
    signal.throwIfAborted();
    if ('kind' in found) return found;
    const allowed = found.filter(({ address }) => check(address) === undefined);
    const [first] = found;
    if (allowed.length > 0) return { kind: 'name', addresses: allowed.map(({ address }) => address) };
    const why = check(first?.address ?? '') ?? '';
    throw new InvalidSpecError(`the host '${host}' (${first?.address ?? ''}) is refused: it ${why}`);
  };
}

/** The text of the system is only its name for the call, the code and the host. */
function unknown(caught: unknown): Extract<Found, { kind: 'unknown' }> {
  const isAnswer = caught instanceof Error && 'code' in caught && caught.code === 'ENOTFOUND';
  return { kind: 'unknown', ...(isAnswer ? {} : { why: describe(caught) }) };
}
