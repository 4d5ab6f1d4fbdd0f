import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { TlsMaterial } from '../connect/credentials.ts';
import type { Connection } from '../connection.ts';

/** The kept-open connections, made of one certificate authority and one client certificate. */
export interface Agents {
  readonly requests: HttpAgent;
  readonly watches: HttpAgent;
}

export interface AgentPool {
  /** New agents when the material has changed; what runs on the old ones ends in peace. */
  of(tls: TlsMaterial): Agents;
  /** Ends all connections, used or not. */
  close(): void;
}

/** Shorter than the idle time of any API server or load balancer, or a request would meet a closed connection. */
const IDLE_SOCKET_MS = 30_000;
const TCP_PROBE_MS = 30_000;

export function createAgentPool(connection: Connection, maxSockets: number): AgentPool {
  let current: { readonly tls: TlsMaterial; readonly agents: Agents } | undefined;
  const living = new Set<HttpAgent>();

  const create = (tls: TlsMaterial, sockets: number): HttpAgent => {
    const common = {
      keepAlive: true,
      keepAliveMsecs: TCP_PROBE_MS,
      timeout: IDLE_SOCKET_MS,
      maxSockets: sockets,
      scheduling: 'lifo' as const,
    };
    const agent =
      connection.server.protocol === 'http:'
        ? new HttpAgent(common)
        : new HttpsAgent({
            ...common,
            ca: tls.ca,
            cert: tls.cert,
            key: tls.key,
            rejectUnauthorized: !connection.skipVerify,
            ...(connection.serverName === undefined ? {} : { servername: connection.serverName }),
            ...(connection.proxy === undefined ? {} : { proxyEnv: { HTTPS_PROXY: connection.proxy } }),
          });
    living.add(agent);
    return agent;
  };

  return {
    of: (tls) => {
      if (current?.tls === tls) return current.agents;
      if (current !== undefined) {
        retire(current.agents.requests);
        retire(current.agents.watches);
      }
      const agents = { requests: create(tls, maxSockets), watches: create(tls, Infinity) };
      current = { tls, agents };
      return agents;
    },
    close: () => {
      for (const agent of living) agent.destroy();
      living.clear();
      current = undefined;
    },
  };
}

/** Agent.destroy() would break the requests under way: only keep nothing for later. */
function retire(agent: HttpAgent): void {
  agent.maxFreeSockets = 0;
  for (const sockets of Object.values(agent.freeSockets)) {
    for (const socket of sockets ?? []) socket.destroy();
  }
}
