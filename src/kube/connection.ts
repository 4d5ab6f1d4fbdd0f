import { systemClock, type Clock } from '../telemetry/clock.ts';
import { createCredentialSource, type CredentialSource } from './connect/credentials.ts';
import { isLoopback, proxyFor } from './connect/proxy.ts';
import { findTarget, type TargetOptions } from './connect/target.ts';
import { KubeconfigError } from './errors.ts';

/** Which API server to talk to, and as whom. */
export interface Connection {
  readonly server: URL;
  /** The name that the server's certificate must carry, if it is not the host of its address. */
  readonly serverName: string | undefined;
  /** Only if the kubeconfig asks for it with insecure-skip-tls-verify. */
  readonly skipVerify: boolean;
  readonly proxy: string | undefined;
  /** Of the kubeconfig's context, or of the pod we run in. */
  readonly namespace: string | undefined;
  readonly isPod: boolean;
  readonly credentials: CredentialSource;
  /** Where a child process can read the token anew when it changes. */
  readonly tokenFile: string | undefined;
}

export interface LoadOptions extends TargetOptions {
  readonly clock?: Clock;
}

/** Throws a KubeconfigError that says what is missing. Opens no connection. */
export function loadConnection(options: LoadOptions): Connection {
  const { cluster, user, namespace, isPod = false } = findTarget(options);
  const server = parseServer(cluster.server);
  return {
    server,
    serverName: cluster.tlsServerName ?? undefined,
    skipVerify: cluster.skipTLSVerify,
    proxy: checkProxy(proxyFor(server, cluster.proxyUrl, options.env)),
    ...{ namespace, isPod },
    credentials: createCredentialSource(cluster, user, options.clock ?? systemClock),
    tokenFile: user.tokenFile,
  };
}

/**
 * A kubeconfig for a child process that stands on its own: nothing in it runs a plugin or points at a file but the
 * token of a pod, which the child must read anew when it changes, unless it gets a token of its own. Holds secrets:
 * write it with mode 0600.
 */
export async function childKubeconfig(connection: Connection, ownToken?: string): Promise<string> {
  const { tls, token, basic, impersonate } = await connection.credentials.current();
  const cluster = {
    server: connection.server.href.replace(/\/$/, ''),
    // kubectl and helm refuse a CA beside the wish not to look at it
    'certificate-authority-data': connection.skipVerify ? undefined : encoded(tls.ca),
    'tls-server-name': connection.serverName,
    'insecure-skip-tls-verify': connection.skipVerify || undefined,
    'proxy-url': connection.proxy,
  };
  const user = {
    'client-certificate-data': encoded(tls.cert),
    'client-key-data': encoded(tls.key),
    ...(ownToken === undefined && connection.tokenFile !== undefined
      ? { tokenFile: connection.tokenFile }
      : { token: ownToken ?? token }),
    username: basic?.username,
    password: basic?.password,
    as: impersonate,
  };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'default', cluster }],
    users: [{ name: 'default', user }],
    contexts: [
      { name: 'default', context: { cluster: 'default', user: 'default', namespace: connection.namespace } },
    ],
    'current-context': 'default',
  });
}

function encoded(pem: string | undefined): string | undefined {
  return pem === undefined ? undefined : Buffer.from(pem, 'utf8').toString('base64');
}

function parseServer(address: string): URL {
  const server = URL.parse(address.includes('://') ? address : `https://${address}`);
  if (server === null || !['https:', 'http:'].includes(server.protocol) || server.username !== '') {
    throw new KubeconfigError('the address of the API server must look like https://host:port');
  }
  if (server.protocol === 'http:' && !isLoopback(server)) {
    throw new KubeconfigError(
      `the API server at ${server.href} would be spoken to without encryption: plain http is for loopback addresses only`,
    );
  }
  return server;
}

function checkProxy(proxy: string | undefined): string | undefined {
  if (proxy === undefined || /^https?:\/\//i.test(proxy)) return proxy;
  throw new KubeconfigError('the proxy in front of the API server must be an http:// or https:// one');
}
