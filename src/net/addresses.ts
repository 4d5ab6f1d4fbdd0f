import { BlockList, isIP } from 'node:net';
import { embeddedIPv4 } from './embedded-ipv4.ts';

/** Says why a connection to this address is refused; undefined when it is allowed. */
export type AddressCheck = (address: string) => string | undefined;

/** A range of IP addresses in CIDR form. */
export interface AddressRange {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

/**
 * Link-local addresses, and those at which clouds hand out the credentials of the machine. Neither charts nor values
 * are served from there, while a hostile URL would like us to ask.
 */
const ALWAYS_REFUSED: readonly string[] = [
  '169.254.0.0/16', // IPv4 link-local; the metadata service of most clouds
  'fe80::/10', // IPv6 link-local
  'fd00:ec2::/32', // Amazon over IPv6
  'fd20:ce::254', // Google over IPv6
  '100.100.100.200', // Alibaba
  '168.63.129.16', // Azure
  '192.0.0.192', // Oracle
];

/**
 * Other ways to say "this machine": whoever connects to an unspecified address reaches the loopback one, and what listens
 * on one of both loopback addresses mostly listens on the other.
 */
const SAME_MACHINE: readonly (readonly [address: string, others: readonly string[]])[] = [
  ['127.0.0.1', ['0.0.0.0/8', '::1', '::']],
  ['::1', ['::']],
];

/**
 * Checks resolved addresses. An IPv4 address within an IPv6 one (`::ffff:169.254.169.254`, NAT64, 6to4) counts as itself,
 * since that is where it leads. `denied` are addresses and CIDR ranges that the operator's administrator refuses too; throws
 * a RangeError for one that is neither.
 */
export function createAddressCheck(denied: readonly string[] = []): AddressCheck {
  const always = listOf(ALWAYS_REFUSED);
  const configured = listOf(denied);
  for (const [address, others] of SAME_MACHINE) {
    if (contains(configured, address)) for (const other of others) add(configured, other);
  }
  return (address) => {
    const bare = address.replace(/%.*$/, ''); // fe80::1%eth0
    if (isIP(bare) === 0) return 'is not an IP address';
    const meant = [bare, ...embeddedIPv4(bare)];
    if (meant.some((one) => contains(always, one))) return 'is a link-local or metadata address';
    return meant.some((one) => contains(configured, one))
      ? 'is in a range that this operator must not reach'
      : undefined;
  };
}

/** `10.0.0.0/8`, `fd00::/8`, or a single address. Undefined if it is none. */
export function parseAddressRange(text: string): AddressRange | undefined {
  const [address = '', digits, ...rest] = text.split('/');
  const family = familyOf(address);
  if (family === undefined || rest.length > 0) return undefined;

  const bits = family === 'ipv4' ? 32 : 128;
  if (digits === undefined) return { address, prefix: bits, family };
  if (!/^\d{1,3}$/.test(digits) || Number(digits) > bits) return undefined;
  return { address, prefix: Number(digits), family };
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of ranges) add(list, text);
  return list;
}

function add(list: BlockList, text: string): void {
  const range = parseAddressRange(text);
  if (!range) throw new RangeError(`${JSON.stringify(text)} is neither an IP address nor a CIDR range`);
  list.addSubnet(range.address, range.prefix, range.family);
}

function contains(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}

function familyOf(address: string): AddressRange['family'] | undefined {
  const version = isIP(address);
  if (version === 0) return undefined;
  return version === 4 ? 'ipv4' : 'ipv6';
}
