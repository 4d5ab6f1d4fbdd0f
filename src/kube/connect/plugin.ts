import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import type { User } from '@kubernetes/client-node/dist/config_types.js';
import { CredentialsError, describe } from '../../api/errors.ts';

/** What a credential plugin (`exec`, or one of the old auth providers) hands out. */
export interface PluginCredential {
  readonly authorization: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

export function usesPlugin(user: User): boolean {
  return Boolean(user.exec) || Boolean(user.authProvider);
}

/**
 * Runs the plugin by way of client-node, which keeps its answer until that expires. A new resolver starts without
 * one: client-node has no other way to throw away a token that the server refuses.
 */
export function createPluginResolver(server: string, user: User): () => Promise<PluginCredential> {
  let loaded: KubeConfig | undefined;
  const ask = async (): Promise<PluginCredential> => {
    const options: RequestOptions = {};
    try {
      loaded ??= await loadConfig(server, user);
      await loaded.applyToHTTPSOptions(options);
    } catch (caught) {
      throw new CredentialsError(
        `${nameOf(user)} of the kubeconfig gave no credentials: ${describe(caught).trim()}`,
      );
    }
    const headers = options.headers as Readonly<Record<string, string | undefined>> | undefined;
    return {
      authorization: headers?.['Authorization'],
      cert: textOf(options.cert),
      key: textOf(options.key),
    };
  };

  // client-node starts one plugin for each caller that comes while none has answered yet.
  let asking: Promise<PluginCredential> | undefined;
  return () =>
    (asking ??= ask().finally(() => {
      asking = undefined;
    }));
}

/** Imported here, because it takes 50 MB of memory and a pod has no use for it. */
async function loadConfig(server: string, user: User): Promise<KubeConfig> {
  const client = await import('@kubernetes/client-node/dist/config.js');
  const config = new client.KubeConfig();
  // The name of the server is of no use to the authenticators, but client-node refuses plain http outright.
  config.loadFromClusterAndUser(
    { name: 'cluster', server: server.replace(/^http:/, 'https:'), skipTLSVerify: false },
    withExecInfo(server, user),
  );
  return config;
}

interface Exec {
  readonly apiVersion?: string;
  readonly command?: string;
  readonly env?: readonly { readonly name: string; readonly value: string }[];
}

/** Plugins read the version of the protocol from this variable; client-node does not set it. */
function withExecInfo(server: string, user: User): User {
  const exec = user.exec as Exec | null | undefined;
  if (exec === undefined || exec === null) return user;
  const info = {
    apiVersion: exec.apiVersion ?? 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    spec: { interactive: false, cluster: { server } },
  };
  const env = [...(exec.env ?? []), { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }];
  return { ...user, exec: { ...exec, env } };
}

function nameOf(user: User): string {
  const exec = user.exec as Exec | null | undefined;
  if (exec?.command !== undefined) return `the credential command "${exec.command}"`;
  const provider = user.authProvider as { readonly name?: string } | null | undefined;
  return `the auth provider "${provider?.name ?? ''}"`;
}

function textOf(pem: unknown): string | undefined {
  if (typeof pem === 'string') return pem;
  return Buffer.isBuffer(pem) ? pem.toString('utf8') : undefined;
}
