import { isIPv6 } from 'node:net';

/** Where in the eight groups of an IPv6 address the two are that say an IPv4 one, for each prefix that has one. */
const FORMS: readonly (readonly [prefix: RegExp, at: number])[] = [
  [/^0:0:0:0:0:ffff:/, 6], // ::ffff:a.b.c.d, mapped
  [/^0:0:0:0:ffff:0:/, 6], // ::ffff:0:a.b.c.d, translated
  [/^64:ff9b:0:0:0:0:/, 6], // 64:ff9b::/96, NAT64
  [/^64:ff9b:1:/, 6], // 64:ff9b:1::/48, NAT64 of a local network
  [/^2002:/, 1], // 6to4
  [/^0:0:0:0:0:0:(?!0:[01]$)/, 6], // ::a.b.c.d, compatible; neither :: nor ::1
];

/** The IPv4 address that a gateway, or the system itself, would connect to for this IPv6 address. Empty if there is none. */
export function embeddedIPv4(address: string): readonly string[] {
  if (!isIPv6(address)) return [];
  const groups = groupsOf(address);
  const text = groups.map((group) => group.toString(16)).join(':');
  return FORMS.filter(([prefix]) => prefix.test(text)).map(([, at]) => {
    const [high = 0, low = 0] = groups.slice(at, at + 2);
    return [high >> 8, high & 255, low >> 8, low & 255].join('.');
  });
}

function groupsOf(address: string): readonly number[] {
  const hex = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const [front, back] = hex
    .split('::')
    .map((part) => part.split(':').filter((group) => group !== ''))
    .map((part) => part.map((group) => Number.parseInt(group, 16)));
  if (front === undefined || back === undefined) return front ?? [];
  return [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
}
