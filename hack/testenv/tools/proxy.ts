import { isIP } from 'node:net';

/** The proxy that HTTP_PROXY, HTTPS_PROXY and NO_PROXY name for an address, in the way curl and Go read them. */
export function proxyFor(address: URL, env: NodeJS.ProcessEnv): URL | undefined {
  const read = (name: string): string => env[name.toLowerCase()] ?? env[name] ?? '';
  const proxy = read(address.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  if (proxy === '' || isExcluded(address, read('NO_PROXY'))) return undefined;
  return new URL(proxy.includes('://') ? proxy : `http://${proxy}`);
}

function isExcluded(address: URL, noProxy: string): boolean {
  const host = address.hostname.toLowerCase();
  const port = address.port === '' ? (address.protocol === 'https:' ? '443' : '80') : address.port;
  return noProxy
    .toLowerCase()
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .some((entry) => {
      const [name = '', entryPort] = entry.split(':');
      if (entryPort !== undefined && entryPort !== port) return false;
      if (name === '*') return true;
      const domain = name.replace(/^\*?\./, '');
      return host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`));
    });
}
