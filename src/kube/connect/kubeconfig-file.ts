import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import type { Cluster, User } from '@kubernetes/client-node/dist/config_types.js';
import { describe } from '../../api/errors.ts';
import { KubeconfigError } from '../errors.ts';

/** What the current context of the kubeconfig files points at. */
export interface KubeconfigTarget {
  readonly cluster: Cluster;
  readonly user: User;
  readonly namespace: string | undefined;
}

/** Reads files as kubectl merges them: of two entries with one name the first wins, and so does the first context. */
export function readKubeconfigFiles(paths: readonly string[]): KubeconfigTarget {
  const configs = paths.map(readOne).filter((config) => config !== undefined);
  const from = paths.join(', ');
  if (configs.length === 0) throw new KubeconfigError(`there is no kubeconfig at ${from}`);

  const wanted = configs.map((config) => config.currentContext).find(Boolean);
  if (wanted === undefined) {
    throw new KubeconfigError(
      `the kubeconfig ${from} has no current-context: choose one with kubectl config use-context`,
    );
  }
  const context = firstNamed(configs, (config) => config.contexts, wanted);
  if (context === undefined) throw new KubeconfigError(`the kubeconfig ${from} has no context "${wanted}"`);
  const cluster = firstNamed(configs, (config) => config.clusters, context.cluster);
  if (cluster === undefined) {
    throw new KubeconfigError(
      `the kubeconfig ${from} has no cluster "${context.cluster}", which context "${wanted}" names`,
    );
  }
  const user = firstNamed(configs, (config) => config.users, context.user);
  return { cluster, user: user ?? { name: '' }, namespace: context.namespace };
}

function firstNamed<T extends { readonly name: string }>(
  configs: readonly KubeConfig[],
  entries: (config: KubeConfig) => readonly T[],
  name: string,
): T | undefined {
  return configs.flatMap(entries).find((entry) => entry.name === name);
}

function readOne(path: string): KubeConfig | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (caught) {
    if ((caught as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new KubeconfigError(`the kubeconfig ${path} cannot be read`, { cause: caught });
  }
  const config = new KubeConfig();
  try {
    config.loadFromString(withTokenFiles(text));
  } catch (caught) {
    throw new KubeconfigError(`the kubeconfig ${path} is not valid: ${firstLine(describe(caught))}`);
  }
  config.makePathsAbsolute(dirname(path));
  config.users = config.users.map((user) => withAbsolutePaths(user, dirname(path)));
  return config;
}

/**
 * client-node drops `tokenFile` (it knows a `token-file` that nobody writes), and the request would go out without
 * credentials. Its own auth provider of that name carries the path through the parser.
 */
function withTokenFiles(text: string): string {
  return text
    .replace(
      /^(\s*)tokenFile:(.*)$/gm,
      '$1auth-provider:\n$1  name: tokenFile\n$1  config:\n$1    tokenFile:$2',
    )
    .replace(
      /"tokenFile"\s*:\s*("(?:[^"\\]|\\.)*")/g,
      '"auth-provider":{"name":"tokenFile","config":{"tokenFile":$1}}',
    );
}

/** What client-node leaves relative to the working directory is meant relative to the kubeconfig. */
function withAbsolutePaths(user: User, folder: string): User {
  const provider = user.authProvider as {
    readonly name?: string;
    readonly config?: { tokenFile?: string };
  } | null;
  const tokenFile = provider?.config?.tokenFile;
  if (tokenFile !== undefined && !isAbsolute(tokenFile)) {
    return { ...user, authProvider: { ...provider, config: { tokenFile: join(folder, tokenFile) } } };
  }
  const exec = user.exec as { readonly command?: string } | null | undefined;
  if (exec?.command?.includes('/') === true && !isAbsolute(exec.command)) {
    return { ...user, exec: { ...exec, command: join(folder, exec.command) } };
  }
  return user;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
