import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { newClusters, newContexts, newUsers } from '@kubernetes/client-node/dist/config_types.js';
import type { Cluster, Context, User } from '@kubernetes/client-node/dist/config_types.js';
import { CORE_SCHEMA, load } from 'js-yaml';
import { describe } from '../../api/errors.ts';
import { KubeconfigError } from '../errors.ts';

/** client-node leaves out `tokenFile`: it knows a `token-file` that nobody writes. */
export interface KubeconfigUser extends User {
  readonly tokenFile?: string | undefined;
}

/** What the current context of the kubeconfig files points at. */
export interface KubeconfigTarget {
  readonly cluster: Cluster;
  readonly user: KubeconfigUser;
  readonly namespace: string | undefined;
  /** The account and the namespace are those of the pod that we run in. */
  readonly isPod?: true;
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

interface Kubeconfig {
  readonly currentContext: string | undefined;
  readonly clusters: readonly Cluster[];
  readonly contexts: readonly Context[];
  readonly users: readonly KubeconfigUser[];
}

function firstNamed<T extends { readonly name: string }>(
  configs: readonly Kubeconfig[],
  entries: (config: Kubeconfig) => readonly T[],
  name: string,
): T | undefined {
  return configs.flatMap(entries).find((entry) => entry.name === name);
}

function readOne(path: string): Kubeconfig | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (caught) {
    if ((caught as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new KubeconfigError(`the kubeconfig ${path} cannot be read`, { cause: caught });
  }
  try {
    return parse(text, dirname(path));
  } catch (caught) {
    throw new KubeconfigError(`the kubeconfig ${path} is not valid: ${firstLine(describe(caught))}`);
  }
}

interface Document {
  readonly 'current-context'?: string;
  readonly clusters?: unknown;
  readonly contexts?: unknown;
  readonly users?: readonly { readonly user?: { readonly tokenFile?: string } }[];
}

/** By client-node's light parts: its KubeConfig costs 50 MB of memory as soon as it is imported. */
function parse(text: string, folder: string): Kubeconfig {
  const document = (load(text, { schema: CORE_SCHEMA }) ?? {}) as Document;
  const inFolder = (path: string): string => (isAbsolute(path) ? path : join(folder, path));
  const users = newUsers(document.users).map((user, at) => ({
    ...user,
    ...absolute(user, ['certFile', 'keyFile'], inFolder),
    ...execIn(user, inFolder),
    ...absolute({ tokenFile: document.users?.[at]?.user?.tokenFile }, ['tokenFile'], inFolder),
  }));
  return {
    currentContext: document['current-context'],
    clusters: newClusters(document.clusters).map((cluster) => ({
      ...cluster,
      ...absolute(cluster, ['caFile'], inFolder),
    })),
    contexts: newContexts(document.contexts),
    users,
  };
}

/** Paths in a kubeconfig are relative to its own folder. */
function absolute<K extends string>(
  entry: { readonly [name in K]?: string | null | undefined },
  names: readonly K[],
  inFolder: (path: string) => string,
): Partial<Record<K, string>> {
  const paths: Partial<Record<K, string>> = {};
  for (const name of names) {
    const path = entry[name];
    if (path) paths[name] = inFolder(path);
  }
  return paths;
}

/** A command without a slash is looked for in PATH. */
function execIn(user: User, inFolder: (path: string) => string): Pick<User, 'exec'> {
  const exec = user.exec as { readonly command?: string } | null | undefined;
  if (exec?.command?.includes('/') !== true) return {};
  return { exec: { ...exec, command: inFolder(exec.command) } };
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
