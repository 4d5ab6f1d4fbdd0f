import { BlockList, isIP } from 'node:net';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The proxy in front of the API server, chosen as kubectl chooses it: `proxy-url` of the kubeconfig, else the
 * environment. Node could read the environment itself, but knows no CIDR in NO_PROXY, which is how most clusters
 * write their own addresses there.
 */
export function proxyFor(server: URL, configured: string | undefined, env: Env): string | undefined {
  if (configured) return configured;
  const fromEnv = env['https_proxy'] ?? env['HTTPS_PROXY'];
  if (!fromEnv || server.protocol !== 'https:' || isLoopback(server)) return undefined;
  return isExcepted(server, env['no_proxy'] ?? env['NO_PROXY'] ?? '') ? undefined : fromEnv;
}

export function isLoopback(server: URL): boolean {
  const host = bareHost(server);
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** The host as sockets want it: IPv6 without its brackets. */
export function bareHost(server: URL): string {
  return server.hostname.replace(/^\[(.*)\]$/, '$1');
}

function isExcepted(server: URL, noProxy: string): boolean {
  const host = bareHost(server);
  const port = server.port || '443';
  return noProxy
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry === '*' || entry === `${host}:${port}` || covers(entry, host));
}

function covers(entry: string, host: string): boolean {
  if (entry === '') return false;
  if (entry.includes('/')) return isInRange(entry, host);
  return host === entry || host.endsWith(entry.startsWith('.') ? entry : `.${entry}`);
}

function isInRange(cidr: string, host: string): boolean {
  const [network = '', prefix = ''] = cidr.split('/');
  const family = isIP(host) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(host) === 0 || isIP(network) !== isIP(host)) return false;
  const length = Number(prefix);
  if (!Number.isInteger(length) || length < 0 || length > (family === 'ipv6' ? 128 : 32)) return false;
  const range = new BlockList();
  range.addSubnet(network, length, family);
  return range.check(host, family);
}
