import type { Cluster } from '@kubernetes/client-node/dist/config_types.js';
import type { Clock } from '../../telemetry/clock.ts';
import { createFileSource, type FileSource } from './file-source.ts';
import type { KubeconfigUser } from './kubeconfig-file.ts';
import { createPluginResolver, usesPlugin } from './plugin.ts';

/** The material of a TLS connection. The same object as long as nothing in it changes. */
export interface TlsMaterial {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** What a request needs to trust the server and to be trusted by it. */
export interface Credentials {
  readonly tls: TlsMaterial;
  readonly token: string | undefined;
  readonly basic: { readonly username: string; readonly password: string } | undefined;
  readonly impersonate: string | undefined;
}

export interface CredentialSource {
  /** Cheap: files are read again at most every ten seconds, plugins run when their credential has expired. */
  current(): Promise<Credentials>;
  /** The server refused what current() gave: read and run everything anew next time. */
  renew(): void;
}

type Read = () => Promise<string | undefined>;

export function createCredentialSource(
  cluster: Cluster,
  user: KubeconfigUser,
  clock: Clock,
): CredentialSource {
  const files: FileSource[] = [];
  const reader = (path: string | null | undefined, inline: string | undefined): Read => {
    if (!path) return () => Promise.resolve(inline);
    const file = createFileSource(path, clock);
    files.push(file);
    return async () => (await file.read()).toString('utf8');
  };
  const readCa = reader(cluster.caFile, decoded(cluster.caData));
  const readCert = reader(user.certFile, decoded(user.certData));
  const readKey = reader(user.keyFile, decoded(user.keyData));
  const readToken = reader(user.tokenFile, user.token ?? undefined);

  const pluginUser = usesPlugin(user) && user.tokenFile === undefined;
  let plugin = pluginUser ? createPluginResolver(cluster.server, user) : undefined;
  let tls: TlsMaterial = { ca: undefined, cert: undefined, key: undefined };

  return {
    current: async () => {
      const [ca, cert, key, token, given] = await Promise.all([
        readCa(),
        readCert(),
        readKey(),
        readToken(),
        plugin?.(),
      ]);
      tls = sameOr(tls, { ca, cert: given?.cert ?? cert, key: given?.key ?? key });
      return {
        tls,
        token: token === undefined ? bearerOf(given?.authorization) : token.trim(),
        basic: user.username ? { username: user.username, password: user.password ?? '' } : undefined,
        impersonate: user.impersonateUser ?? undefined,
      };
    },
    renew: () => {
      for (const file of files) file.expire();
      if (pluginUser) plugin = createPluginResolver(cluster.server, user);
    },
  };
}

function decoded(base64: string | null | undefined): string | undefined {
  return base64 ? Buffer.from(base64, 'base64').toString('utf8') : undefined;
}

function bearerOf(authorization: string | undefined): string | undefined {
  return authorization?.replace(/^Bearer\s+/i, '');
}

function sameOr(old: TlsMaterial, next: TlsMaterial): TlsMaterial {
  return old.ca === next.ca && old.cert === next.cert && old.key === next.key ? old : next;
}
