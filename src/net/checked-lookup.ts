import type { LookupFunction } from 'node:net';
import type { AddressCheck } from './addresses.ts';
import type { HostAddress, HostLookup } from './lookup.ts';

/** An address that must not be connected to. The message is for people. */
export class RefusedAddressError extends Error {}

/** Those of the addresses that may be connected to; throws a RefusedAddressError if that is none. */
function allowedOf(
  host: string,
  addresses: readonly HostAddress[],
  check: AddressCheck,
): readonly HostAddress[] {
  const allowed = addresses.filter(({ address }) => check(address) === undefined);
  const [refused] = addresses;
  if (allowed.length > 0) return allowed;
  throw refused === undefined
    ? new Error(`${host} has no address`)
    : new RefusedAddressError(
        `${host} has the address ${refused.address}, which ${check(refused.address) ?? 'is refused'}`,
      );
}

/** A connection that is given up does not tell; after so long each of ours is. */
const WANTED_MS = 60_000;

async function whileWanted<T>(host: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(() => {
    limit.abort(
      Object.assign(new Error(`the name ${host} could not be looked up: too many others wait for DNS`), {
        code: 'EAI_AGAIN',
      }),
    );
  }, WANTED_MS);
  try {
    return await work(limit.signal);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * For `lookup` of a connection: the very address that was checked is the one connected to, so that a second answer of a
 * hostile DNS server changes nothing.
 */
export function checkedLookup(lookup: HostLookup, check: AddressCheck): LookupFunction {
  const find = async (host: string, family: unknown): Promise<readonly HostAddress[]> => {
    const found = await whileWanted(host, (signal) => lookup(host, signal));
    const wanted = family === 4 || family === 6 ? found.filter((one) => one.family === family) : found;
    return allowedOf(host, wanted, check);
  };
  return (host, { family, all }, callback) => {
    find(host, family).then(
      (allowed) => {
        const [first] = allowed;
        if (all === true) callback(null, [...allowed]);
        else callback(null, first?.address ?? '', first?.family);
      },
      (error: unknown) => {
        callback(error as Error, []);
      },
    );
  };
}
