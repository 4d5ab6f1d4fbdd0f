import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { AddressCheck } from '../../net/addresses.ts';
import { checkedLookup, RefusedAddressError } from '../../net/checked-lookup.ts';
import type { HostLookup } from '../../net/lookup.ts';
import { hostOf, proxyFor, type ProxyEnvironment } from './proxy.ts';
import { createServerCertificates, type ServerCertificates } from './server-certificates.ts';
import { type Tls, tlsKey } from './tls.ts';

export interface ConnectionsOptions {
  readonly lookup: HostLookup;
  readonly check: AddressCheck;
  readonly proxyEnv: ProxyEnvironment;
  /** Certificates trusted besides those that the platform trusts, PEM. */
  readonly ca: readonly string[];
}

/** Owns the sockets to chart sources. */
export interface Connections {
  /** Throws RefusedAddressError for a URL whose host is itself a refused address. */
  agentFor(url: URL, tls?: Tls): HttpAgent | HttpsAgent;
  readonly serverCertificates: ServerCertificates;
  close(): void;
}

const IDLE_SOCKET_MS = 20_000;
const IDLE_SOCKETS = 4;

/** Beyond so many, those without a connection are forgotten: Secrets change, and what they held is of no use then. */
const MAX_AGENTS = 200;

/**
 * The address is checked where it is used. A proxy resolves names by itself; there only literal addresses can be checked, and
 * its own address is the administrator's choice.
 */
export function createConnections({ lookup, check, proxyEnv, ca }: ConnectionsOptions): Connections {
  const agents = new Map<string, HttpAgent | HttpsAgent>(); // in the order of use
  const sockets = { keepAlive: true, timeout: IDLE_SOCKET_MS, maxFreeSockets: IDLE_SOCKETS };
  const direct = { ...sockets, lookup: checkedLookup(lookup, check) };
  const toProxy = { ...sockets, lookup: checkedLookup(lookup, () => undefined) };

  const create = (
    secure: boolean,
    proxy: string | undefined,
    tls: Tls | undefined,
  ): HttpAgent | HttpsAgent => {
    const route =
      proxy === undefined ? direct : { ...toProxy, proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } };
    if (!secure) return new HttpAgent(route);
    return new HttpsAgent({
      ...route,
      rejectUnauthorized: tls?.skipVerify !== true,
      secureContext: contextOf(tls, ca),
    });
  };
  const makeRoom = (): void => {
    for (const [key, agent] of agents) {
      if (agents.size <= MAX_AGENTS) return;
      if (Object.keys(agent.sockets).length > 0) continue;
      agents.delete(key);
      agent.destroy();
    }
  };

  return {
    serverCertificates: createServerCertificates(),
    agentFor: (url, tls) => {
      const host = hostOf(url);
      const why = isIP(host) === 0 ? undefined : check(host);
      if (why !== undefined) throw new RefusedAddressError(`${host} ${why}`);

      const proxy = proxyFor(url, proxyEnv);
      const secure = url.protocol === 'https:';
      const key = `${url.protocol} ${proxy ?? ''} ${secure ? tlsKey(tls) : ''}`;
      const agent = agents.get(key) ?? create(secure, proxy, tls);
      agents.delete(key);
      agents.set(key, agent);
      makeRoom();
      return agent;
    },
    close: () => {
      for (const agent of agents.values()) agent.destroy();
      agents.clear();
    },
  };
}

/**
 * What is trusted by default is read once for all contexts, and further certificates are put beside it. As an option of its own,
 * `ca` would take its place, and the defaults with it would cost each context 1.3 MB and 16 ms to be read again.
 */
function contextOf(tls: Tls | undefined, trusted: readonly string[]): SecureContext {
  const made = createSecureContext(tls?.certificate ?? {});
  const context = made.context as { addCACert(pem: string): void };
  for (const pem of tls?.ca === undefined ? trusted : [...trusted, tls.ca]) context.addCACert(pem);
  return made;
}
