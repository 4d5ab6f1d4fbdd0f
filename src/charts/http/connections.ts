import type { LookupAddress, LookupOptions } from 'node:dns';
import { lookup as systemLookup } from 'node:dns/promises';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { createSecureContext, getCACertificates } from 'node:tls';
import type { AddressCheck } from '../../net/addresses.ts';
import { createSemaphore } from '../../process/semaphore.ts';
import { createSingleFlight } from '../../process/single-flight.ts';
import { hostOf, proxyFor, type ProxyEnvironment } from './proxy.ts';
import { type Tls, tlsKey } from './tls.ts';

/** An address that must not be connected to. The message is for people. */
export class RefusedAddressError extends Error {}

export interface ConnectionsOptions {
  readonly check: AddressCheck;
  readonly proxyEnv: ProxyEnvironment;
  /** Certificates trusted besides those that the platform trusts, PEM. */
  readonly ca: readonly string[];
}

/** Owns the sockets to chart sources. */
export interface Connections {
  /** Throws RefusedAddressError for a URL whose host is itself a refused address. */
  agentFor(url: URL, tls?: Tls): HttpAgent | HttpsAgent;
  close(): void;
}

const IDLE_SOCKET_MS = 20_000;
const IDLE_SOCKETS = 4;

/** Beyond so many, those without a connection are forgotten: Secrets change, and what they held is of no use then. */
const MAX_AGENTS = 200;

/**
 * Names are looked up by the system, since names of a cluster need its search list; that takes a thread of the
 * four that file access needs too, and a dead name keeps it for long.
 */
const LOOKUPS = 2;

/** Whoever asked has given up by then, and its turn is for somebody else. */
const LOOKUP_WAIT_MS = 15_000;

/**
 * The address is checked where it is used: the very address that the name resolved to is the one connected
 * to, so a second answer of a hostile DNS server changes nothing. A proxy resolves names by itself; there
 * only literal addresses can be checked.
 */
export function createConnections({ check, proxyEnv, ca }: ConnectionsOptions): Connections {
  const agents = new Map<string, HttpAgent | HttpsAgent>(); // in the order of use
  const direct = {
    ...{ keepAlive: true, timeout: IDLE_SOCKET_MS, maxFreeSockets: IDLE_SOCKETS },
    lookup: checkedLookup(check),
  };

  const create = (
    secure: boolean,
    proxy: string | undefined,
    tls: Tls | undefined,
  ): HttpAgent | HttpsAgent => {
    const route =
      proxy === undefined ? direct : { ...direct, proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } };
    if (!secure) return new HttpAgent(route);
    const trusted = tls?.ca === undefined ? ca : [...ca, tls.ca];
    return new HttpsAgent({
      ...route,
      rejectUnauthorized: tls?.skipVerify !== true,
      // Made once: to read all the certificates for each connection would take longer than the handshake.
      secureContext: createSecureContext({
        ...tls?.certificate,
        ...(trusted.length === 0 ? {} : { ca: [...getCACertificates('default'), ...trusted] }),
      }),
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

function checkedLookup(check: AddressCheck): LookupFunction {
  const turns = createSemaphore(LOOKUPS);
  const flights = createSingleFlight<readonly LookupAddress[]>();
  const find = async (hostname: string, options: LookupOptions): Promise<readonly LookupAddress[]> => {
    const addresses = await flights.run(
      `${hostname} ${String(options.family ?? 0)}`,
      AbortSignal.timeout(LOOKUP_WAIT_MS),
      (signal) => turns.run(signal, () => systemLookup(hostname, { ...options, all: true })),
    );
    const allowed = addresses.filter(({ address }) => check(address) === undefined);
    if (allowed.length === 0) throw refusal(hostname, addresses, check);
    return allowed;
  };
  return (hostname, options, callback) => {
    find(hostname, options).then(
      (allowed) => {
        const [first] = allowed;
        if (options.all) callback(null, [...allowed]);
        else callback(null, first?.address ?? '', first?.family);
      },
      (error: unknown) => {
        callback(error as Error, []);
      },
    );
  };
}

function refusal(hostname: string, addresses: readonly LookupAddress[], check: AddressCheck): Error {
  const [first] = addresses;
  if (!first) return new Error(`${hostname} has no address`);
  return new RefusedAddressError(
    `${hostname} has the address ${first.address}, which ${check(first.address) ?? 'is refused'}`,
  );
}
