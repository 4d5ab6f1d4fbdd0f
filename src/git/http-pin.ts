import type { Setting } from './config.ts';

/** Nothing can be connected to there. */
export const NOWHERE = '255.255.255.255';

/** Holds git to the addresses that were found for the host of `url`: it does not look that name up itself. */
export function httpPin(url: URL, addresses: readonly string[]): readonly Setting[] {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const list = addresses.map((address) => (address.includes(':') ? `[${address}]` : address)).join(',');
  // Versions of curl differ in whether they look for the name with its final dot.
  const names = new Set([url.hostname, url.hostname.replace(/\.$/, '')]);
  return [...names].map((name): Setting => ['http.curloptResolve', `${name}:${port}:${list}`]);
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What curl makes of the variables that are passed to git. `perhaps`: an entry of NO_PROXY looks as if it were about this
 * host, and only curl knows whether it takes it so.
 */
export function usesProxy(url: URL, env: Environment): 'yes' | 'perhaps' | 'no' {
  const secure = url.protocol === 'https:';
  const own = secure ? (env['https_proxy'] ?? env['HTTPS_PROXY']) : env['http_proxy'];
  const proxy = own ?? env['all_proxy'] ?? env['ALL_PROXY'] ?? '';
  if (proxy === '') return 'no';
  // These resolve names here and not there.
  if (/^socks(?:4|5)?:/i.test(proxy)) return 'perhaps';
  const host = url.hostname.replace(/\.$/, '');
  const entries = (env['no_proxy'] ?? env['NO_PROXY'] ?? '').toLowerCase().split(/[\s,]+/);
  const names = entries.map((entry) => entry.replace(/^[*.]+/, '').replace(/:\d+$|\.$/g, ''));
  const covered = entries.some((entry, at) => entry === '*' || isAbout(names[at] ?? '', host));
  return covered ? 'perhaps' : 'yes';
}

function isAbout(name: string, host: string): boolean {
  return name !== '' && host.endsWith(name);
}
