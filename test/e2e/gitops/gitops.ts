import { after, before } from 'mocha';
import type { GitSync, GitSyncSpec } from '../../../src/api/gitsync/git-sync.ts';
import type { FileChange } from '../../../hack/testenv/git-repos.ts';
import { tool } from '../../../hack/testenv/testenv.ts';
import type { CommitOptions } from '../../../hack/testenv/git-server.ts';
import { eventually } from '../../support/eventually.ts';
import type { OperatorProcess } from '../../support/operator-process.ts';
import { startWorld, type World } from '../world.ts';

/** A cluster whose manifests are in the repository `deploy`, with an operator that looks there every second. */
export interface GitOps extends AsyncDisposable {
  readonly world: World;
  readonly operator: () => OperatorProcess;
  /** After it was stopped or killed. */
  readonly start: () => Promise<void>;
  readonly commit: (files: Readonly<Record<string, FileChange>>, options?: CommitOptions) => Promise<string>;
  /** Creates or changes a GitSync of the repository. */
  readonly sync: (namespace: string, name: string, spec?: Partial<GitSyncSpec>) => Promise<void>;
  readonly get: (namespace: string, name: string) => Promise<GitSync>;
  /** Waits until a GitSync looks as the check wants it. */
  readonly until: (
    namespace: string,
    name: string,
    check: (sync: GitSync) => void,
    timeoutMs?: number,
  ) => Promise<GitSync>;
  /** Waits until a GitSync is ready at a commit. */
  readonly untilApplied: (
    namespace: string,
    name: string,
    commit: string,
    timeoutMs?: number,
  ) => Promise<GitSync>;
  /** What git itself says of the repository. */
  readonly git: (...args: readonly string[]) => Promise<string>;
  /** Moves a branch (default main) to a commit, as `git push --force` does. */
  readonly forcePush: (commit: string, branch?: string) => Promise<void>;
  /** A namespace whose account `deployer` may do with these kinds what it wants, in that namespace. */
  readonly openNamespace: (name: string, rules?: readonly object[]) => Promise<void>;
  /** Gives the account of a namespace rights beyond it. */
  readonly grantCluster: (name: string, rules: readonly object[]) => Promise<void>;
}

const REPOSITORY = 'deploy';

/** What most teams give the account that deploys for them. */
const DEPLOYER = [
  { apiGroups: [''], resources: ['configmaps', 'secrets', 'services', 'serviceaccounts'], verbs: ['*'] },
  { apiGroups: ['apps'], resources: ['deployments'], verbs: ['*'] },
  { apiGroups: ['helm.fluxcd.io'], resources: ['helmreleases'], verbs: ['*'] },
];

export async function openGitOps(
  flags: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<GitOps> {
  const world = await startWorld();
  const { cluster, git } = world;
  await git.createRepo(REPOSITORY);
  const kustomize = await tool('kustomize');
  const settings = { flags: [`--kustomize-binary=${kustomize}`, ...flags], env };
  let operator = await world.operator(settings);
  const get = async (namespace: string, name: string): Promise<GitSync> => {
    const found = await cluster.get<GitSync>('gitsyncs', name, namespace);
    if (found === undefined) throw new Error(`GitSync ${namespace}/${name} is gone`);
    return found;
  };
  const until: GitOps['until'] = (namespace, name, check, timeoutMs) =>
    eventually(async () => {
      const found = await get(namespace, name);
      try {
        check(found);
      } catch (error) {
        const shown = JSON.stringify(found.status, undefined, 1);
        throw new Error(`${String(error)}\nstatus: ${shown}`, { cause: error });
      }
      return found;
    }, timeoutMs);
  return {
    world,
    get,
    until,
    operator: () => operator,
    start: async () => {
      operator = await world.operator(settings);
    },
    commit: (files, options) => git.commit(REPOSITORY, files, options),
    sync: async (namespace, name, spec = {}) => {
      await cluster.apply({
        apiVersion: 'gitops.helm-release-operator.io/v1alpha1',
        kind: 'GitSync',
        metadata: { name, namespace },
        spec: {
          ...{ url: git.repoUrl(REPOSITORY), interval: '1s', serviceAccountName: 'deployer', prune: true },
          ...spec,
        },
      });
    },
    untilApplied: (namespace, name, commit, timeoutMs) => {
      const isApplied = ({ metadata, status }: GitSync): void => {
        const ready = status?.conditions?.find(({ type }) => type === 'Ready');
        const revision = status?.appliedRevision?.split(':').at(-1);
        if (revision !== commit) throw new Error(`${revision ?? 'nothing'} is applied, and not ${commit}`);
        if (status?.observedGeneration !== metadata.generation) throw new Error('its spec is newer');
        if (ready?.status !== 'True') throw new Error('it is not ready');
      };
      return until(namespace, name, isApplied, timeoutMs);
    },
    openNamespace: async (name, rules = DEPLOYER) => {
      await cluster.createNamespace(name);
      const metadata = { name: 'deployer', namespace: name };
      await cluster.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
      await cluster.apply({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules });
      await cluster.apply({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata,
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'deployer' },
        subjects: [{ kind: 'ServiceAccount', ...metadata }],
      });
    },
    grantCluster: async (name, rules) => {
      const metadata = { name: `deployer-of-${name}` };
      await cluster.apply({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata,
        rules,
      });
      await cluster.apply({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata,
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: metadata.name },
        subjects: [{ kind: 'ServiceAccount', name: 'deployer', namespace: name }],
      });
    },
    git: (...args) => git.run(REPOSITORY, args),
    forcePush: async (commit, branch) => {
      await git.moveBranch(REPOSITORY, commit, branch);
    },
    [Symbol.asyncDispose]: async () => {
      await operator.stop();
      await world.stop();
    },
  };
}

export interface SharedGitOps {
  readonly flags?: readonly string[];
  /** Open from the start. */
  readonly namespaces?: readonly string[];
  /** Of the operator, asked when it is started. */
  readonly env?: () => Readonly<Record<string, string>>;
}

/** One for all tests of a suite, from its first to its last. */
export function useGitOps({ flags = [], namespaces = [], env }: SharedGitOps = {}): () => GitOps {
  let ops: GitOps | undefined;
  before(async () => {
    ops = await openGitOps(flags, env?.());
    for (const name of namespaces) await ops.openNamespace(name);
  });
  after(async () => {
    await ops?.[Symbol.asyncDispose]();
  });
  return () => {
    if (ops === undefined) throw new Error('there is none before the first test');
    return ops;
  };
}

/** A ConfigMap as a person writes it. */
export function configMap(name: string, data: Readonly<Record<string, string>>, more = ''): string {
  const lines = Object.entries(data).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}\n`);
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${more}data:\n${lines.join('')}`;
}
