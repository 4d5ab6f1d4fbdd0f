import { BlockList, isIP, isIPv4 } from 'node:net';

/** HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in upper or lower case; everything else in it is ignored. */
export type ProxyEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for a URL by the rules that Go programs follow, hence Helm Operator and helm: a name in NO_PROXY
 * covers its subdomains, a leading dot only these, CIDR ranges and ports count, loopback is never proxied.
 * Node's own rules know neither CIDR ranges nor bare domains.
 */
export function proxyFor(url: URL, env: ProxyEnvironment): string | undefined {
  const proxy = url.protocol === 'https:' ? read(env, 'HTTPS_PROXY') : read(env, 'HTTP_PROXY');
  if (proxy === undefined) return undefined;

  const host = hostOf(url);
  if (isLoopback(host)) return undefined;
  const excluded = (read(env, 'NO_PROXY') ?? '').split(',').map((entry) => entry.trim().toLowerCase());
  if (excluded.some((entry) => entry !== '' && covers(entry, host, portOf(url)))) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

/** The host of a URL without the brackets of IPv6. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
}

export function portOf(url: URL): string {
  return url.port || (url.protocol === 'https:' ? '443' : '80');
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/** Whether somebody on the way could change what comes from there. */
export function isPlain(url: URL): boolean {
  return url.protocol === 'http:' && !isLoopback(hostOf(url));
}

function read(env: ProxyEnvironment, name: string): string | undefined {
  return (env[name] ?? env[name.toLowerCase()])?.trim() || undefined;
}

function covers(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return inRange(entry, host);

  const [, name = entry, onlyPort] = isIP(entry) === 0 ? (/^(.*?)(?::(\d+))?$/.exec(entry) ?? []) : [];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const suffix = name.replace(/^\*/, '');
  if (suffix.startsWith('.')) return host.endsWith(suffix);
  return host === suffix.replace(/^\[|\]$/g, '') || host.endsWith(`.${suffix}`);
}

function inRange(range: string, host: string): boolean {
  if (isIP(host) === 0) return false;
  const [address = '', prefix] = range.split('/');
  try {
    const list = new BlockList();
    list.addSubnet(address, Number(prefix), isIPv4(address) ? 'ipv4' : 'ipv6');
    return list.check(host, isIPv4(host) ? 'ipv4' : 'ipv6');
  } catch {
    return false; // an entry that nobody can read excludes nothing
  }
}
