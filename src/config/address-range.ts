import { isIP } from 'node:net';

/** A range of IP addresses in CIDR form. */
export interface AddressRange {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** `10.0.0.0/8`, `fd00::/8`, or a single address. Undefined if it is none. */
export function parseAddressRange(text: string): AddressRange | undefined {
  const [address = '', digits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return undefined;

  const bits = version === 4 ? 32 : 128;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  if (digits === undefined) return { address, prefix: bits, family };
  if (!/^\d{1,3}$/.test(digits) || Number(digits) > bits) return undefined;
  return { address, prefix: Number(digits), family };
}
