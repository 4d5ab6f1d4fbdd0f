import { BlockList, isIP } from 'node:net';

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
  '2002:a9fe::/32', // IPv6 addresses that a 6to4 router takes there
  'fe80::/10', // IPv6 link-local
  'fd00:ec2::/32', // Amazon over IPv6
  'fd20:ce::254', // Google over IPv6
  '100.100.100.200', // Alibaba
  '168.63.129.16', // Azure
  '192.0.0.192', // Oracle
];

/** IPv4 addresses as a NAT64 gateway spells them. */
const NAT64 = '64:ff9b::';

/**
 * Checks resolved addresses. An IPv4 address written as IPv6 (`::ffff:169.254.169.254`) is the same address.
 * `denied` are addresses and CIDR ranges that the operator's administrator refuses too; throws a RangeError for
 * one that is neither.
 */
export function createAddressCheck(denied: readonly string[] = []): AddressCheck {
  const always = listOf(ALWAYS_REFUSED);
  const configured = listOf(denied);
  return (address) => {
    const bare = address.replace(/%.*$/, ''); // fe80::1%eth0
    const family = familyOf(bare);
    if (family === undefined) return 'is not an IP address';
    if (always.check(bare, family)) return 'is a link-local or metadata address';
    return configured.check(bare, family) ? 'is in a range that this operator must not reach' : undefined;
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
  for (const text of ranges) {
    const range = parseAddressRange(text);
    if (!range) throw new RangeError(`${JSON.stringify(text)} is neither an IP address nor a CIDR range`);
    const { address, prefix, family } = range;
    list.addSubnet(address, prefix, family);
    if (family === 'ipv4') list.addSubnet(NAT64 + address, 96 + prefix, 'ipv6');
  }
  return list;
}

function familyOf(address: string): AddressRange['family'] | undefined {
  const version = isIP(address);
  if (version === 0) return undefined;
  return version === 4 ? 'ipv4' : 'ipv6';
}
