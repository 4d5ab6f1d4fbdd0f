import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';
import type { Duplex } from 'node:stream';
import { proxyFor } from './proxy.ts';

export interface GetOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long a host may take to let us in: name, connection, TLS. */
  readonly connectTimeoutMs?: number;
  /** How long a body may stand still. */
  readonly idleTimeoutMs?: number;
}

/** The host could not be reached at all, as opposed to an answer that does not help. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

const CONNECT_TIMEOUT_MS = 3_000;
const IDLE_TIMEOUT_MS = 30_000;
const MAX_REDIRECTS = 5;

/** GET with redirects, through the proxy of the environment; the body is still to be read. */
export async function httpGet(url: string, options: GetOptions): Promise<http.IncomingMessage> {
  let at = new URL(url);
  for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
    const response = await getOnce(at, options);
    const { statusCode = 0, headers } = response;
    if (![301, 302, 303, 307, 308].includes(statusCode) || headers.location === undefined) return response;
    response.destroy();
    const next = new URL(headers.location, at);
    if (at.protocol === 'https:' && next.protocol !== 'https:') {
      throw new Error(`${at.host} sends us from https to ${next.protocol.slice(0, -1)}: refused`);
    }
    at = next;
  }
  throw new Error(`${url} redirects too often`);
}

async function getOnce(url: URL, options: GetOptions): Promise<http.IncomingMessage> {
  const proxy = proxyFor(url, options.env);
  const headers = { 'user-agent': 'helm-release-operator-testenv', ...options.headers };
  if (proxy === undefined) return send(url, { headers }, options);
  if (url.protocol === 'https:') {
    const socket = await tunnel(proxy, url, options);
    return send(url, { headers, agent: false, createConnection: () => socket }, options);
  }
  // A proxy takes plain http requests with the whole address as the path.
  return send(
    proxy,
    { path: url.href, headers: { ...headers, ...authorization(proxy), host: url.host } },
    options,
  );
}

async function tunnel(proxy: URL, target: URL, options: GetOptions): Promise<Duplex> {
  const authority = `${target.hostname}:${target.port === '' ? '443' : target.port}`;
  const deadline = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
  const socket = await new Promise<Duplex>((resolve, reject) => {
    const request = (proxy.protocol === 'https:' ? https : http).request(proxy, {
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, ...authorization(proxy) },
      signal: AbortSignal.timeout(deadline),
    });
    request.once('connect', (response, connected) => {
      if (response.statusCode === 200) resolve(connected);
      else reject(new UnreachableError(`proxy ${proxy.host} answered ${String(response.statusCode)}`));
    });
    request.once('error', (cause) => {
      reject(new UnreachableError(`proxy ${proxy.host} could not be reached`, { cause }));
    });
    request.end();
  });
  return tls.connect({ socket, servername: target.hostname });
}

async function send(
  url: URL,
  request: https.RequestOptions,
  options: GetOptions,
): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = (url.protocol === 'https:' ? https : http).request(url, request);
    const unreachable = (cause: Error): void => {
      reject(new UnreachableError(`${url.host} could not be reached`, { cause }));
    };
    const timer = setTimeout(() => {
      outgoing.destroy(new Error('no connection in time'));
    }, options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS);
    outgoing.once('socket', (socket) => {
      const connected = url.protocol === 'https:' ? 'secureConnect' : 'connect';
      if (!socket.connecting && connected === 'connect') clearTimeout(timer);
      socket.once(connected, () => {
        clearTimeout(timer);
      });
    });
    outgoing.setTimeout(options.idleTimeoutMs ?? IDLE_TIMEOUT_MS, () => {
      outgoing.destroy(new Error('no data in time'));
    });
    outgoing.once('error', unreachable);
    outgoing.once('response', (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    outgoing.once('close', () => {
      clearTimeout(timer);
    });
    outgoing.end();
  });
}

function authorization(proxy: URL): Readonly<Record<string, string>> {
  if (proxy.username === '') return {};
  const user = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(user).toString('base64')}` };
}
