import { BlockList, isIP, isIPv4 } from 'node:net';

/** Says why a connection to this address is refused; undefined when it is allowed. */
export type AddressCheck = (address: string) => string | undefined;

interface Range {
  readonly address: string;
  readonly prefix: number;
}

/**
 * Link-local addresses, and those at which clouds hand out the credentials of the machine. No chart is served
 * from there, while a hostile URL would like us to ask.
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

/** IPv4 addresses as a NAT64 gateway spells them. */
const NAT64 = '64:ff9b::';

/** IPv6 addresses that a 6to4 router takes to 169.254.0.0/16. */
const LINK_LOCAL_6TO4 = '2002:a9fe::/32';

/**
 * Checks resolved addresses. An IPv4 address written as IPv6 (`::ffff:169.254.169.254`) is the same address.
 * `more` are addresses and CIDR ranges that the operator's administrator refuses too; throws a RangeError for
 * one that is neither.
 */
export function createAddressCheck(more: readonly string[] = []): AddressCheck {
  const always = listOf([...ALWAYS_REFUSED, LINK_LOCAL_6TO4]);
  const configured = listOf(more);
  return (address) => {
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    const bare = address.replace(/%.*$/, ''); // fe80::1%eth0
    if (isIP(bare) === 0) return 'is not an IP address';
    if (always.check(bare, family)) return 'is a link-local or metadata address';
    return configured.check(bare, family) ? 'is in a range that this operator must not reach' : undefined;
  };
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of ranges) {
    const { address, prefix } = parseRange(text);
    if (!isIPv4(address)) {
      list.addSubnet(address, prefix, 'ipv6');
      continue;
    }
    list.addSubnet(address, prefix, 'ipv4');
    list.addSubnet(NAT64 + address, 96 + prefix, 'ipv6');
  }
  return list;
}

function parseRange(text: string): Range {
  const [address = '', prefixText] = text.trim().split('/');
  const family = isIP(address);
  const longest = family === 4 ? 32 : 128;
  const prefix = prefixText === undefined ? longest : Number(prefixText);
  const valid = family !== 0 && /^\d*$/.test(prefixText ?? '') && prefix <= longest && prefixText !== '';
  if (!valid) throw new RangeError(`${JSON.stringify(text)} is neither an IP address nor a CIDR range`);
  return { address, prefix };
}
