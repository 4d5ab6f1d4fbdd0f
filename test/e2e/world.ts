import { readdir, readFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startGitServer } from '../../hack/testenv/git-server.ts';
import type { GitServer } from '../../hack/testenv/git-server.ts';
import { tool } from '../../hack/testenv/testenv.ts';
import type { HelmRelease, HelmReleaseSpec } from '../../src/api/helm-release.ts';
import { startCluster } from '../support/cluster.ts';
import type { Cluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { createOperatorAccounts } from '../support/operator-account.ts';
import type { OperatorAccounts } from '../support/operator-account.ts';
import { startOperator } from '../support/operator-process.ts';
import type { OperatorProcess, OperatorSettings } from '../support/operator-process.ts';
import { rightsComplaints } from './rights/check.ts';

/** Where the charts for tests lie. */
export const CHARTS = fileURLToPath(new URL('../fixtures/charts', import.meta.url));
const WEB_CHART = join(CHARTS, 'web');

/** A revision of a release as Helm's storage labels it. */
export interface StoredRevision {
  readonly revision: number;
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface HelmSecret {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
}

/** A cluster, a Git server with the chart `web` in the repository `charts`, and what a person looks at. */
export interface World {
  readonly cluster: Cluster;
  readonly git: GitServer;
  readonly helm: string;
  /** Commits a change of files of the chart `web`, given by their path in the chart. */
  readonly commitChart: (files: Readonly<Record<string, string>>) => Promise<string>;
  /** Unless told otherwise, under the account that the chart makes for its flags. */
  readonly operator: (settings?: Partial<OperatorSettings>) => Promise<OperatorProcess>;
  /** Of that account. */
  readonly kubeconfig: OperatorAccounts['kubeconfig'];
  readonly release: (namespace: string, name: string) => Promise<HelmRelease>;
  /** Waits until a HelmRelease looks as the check wants it. */
  readonly until: (
    namespace: string,
    name: string,
    check: (release: HelmRelease) => void,
    timeoutMs?: number,
  ) => Promise<HelmRelease>;
  readonly revisions: (namespace: string, releaseName: string) => Promise<readonly StoredRevision[]>;
  /** Fails if the operator has asked for anything that the chart gives it no right to. */
  readonly stop: () => Promise<void>;
}

/** Quick enough for a test, and no different from what a person may set. */
const FLAGS = [
  '--git-poll-interval=1s',
  '--charts-sync-interval=20s',
  '--git-default-ref=main',
  '--workers=4',
];

export async function startWorld(helmTool: 'helm' | 'helm3' = 'helm'): Promise<World> {
  const dir = await mkdtemp(join(tmpdir(), 'world-'));
  const cluster = await startCluster({ audit: true });
  const accounts = createOperatorAccounts(cluster.plane);
  const git = await startGitServer({ dir: join(dir, 'git') });
  await git.createRepo('charts');
  await git.commit('charts', await webChartFiles('web'));
  const helm = await tool(helmTool);
  const release = async (namespace: string, name: string): Promise<HelmRelease> => {
    const found = await cluster.get<HelmRelease>('helmreleases.helm.fluxcd.io', name, namespace);
    if (found === undefined) throw new Error(`HelmRelease ${namespace}/${name} is gone`);
    return found;
  };
  return {
    cluster,
    git,
    helm,
    release,
    commitChart: (files) =>
      git.commit(
        'charts',
        Object.fromEntries(Object.entries(files).map(([path, text]) => [`web/${path}`, text])),
      ),
    kubeconfig: accounts.kubeconfig,
    operator: async (settings = {}) =>
      startOperator({
        kubeconfig: settings.kubeconfig ?? (await accounts.kubeconfig(settings.flags)),
        helm,
        ...settings,
        flags: [...FLAGS, ...(settings.flags ?? [])],
      }),
    until: (namespace, name, check, timeoutMs) =>
      eventually(async () => {
        const found = await release(namespace, name);
        try {
          check(found);
        } catch (error) {
          throw new Error(`${String(error)}\nstatus: ${JSON.stringify(found.status, undefined, 1)}`, {
            cause: error,
          });
        }
        return found;
      }, timeoutMs),
    revisions: async (namespace, releaseName) => {
      const labels = `owner=helm,name=${releaseName}`;
      const secrets = await cluster.list<HelmSecret>('secrets', namespace, { labels });
      return secrets
        .map(({ metadata }) => ({
          revision: Number(metadata.labels['version']),
          status: metadata.labels['status'] ?? '',
          labels: metadata.labels,
        }))
        .sort((a, b) => a.revision - b.revision);
    },
    stop: async () => {
      await git.stop();
      const complaints = await rightsComplaints(cluster.plane, accounts);
      await cluster.stop();
      await rm(dir, { recursive: true, force: true });
      if (complaints.length > 0) throw new Error(`rights are missing:\n${complaints.join('\n')}`);
    },
  };
}

/** The files of the chart `web` for a commit, in the folder given. */
export function webChartFiles(folder: string): Promise<Record<string, string>> {
  return chartFiles('web', folder);
}

export async function chartFiles(chart: string, folder = chart): Promise<Record<string, string>> {
  const root = join(CHARTS, chart);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files: Record<string, string> = {};
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    files[`${folder}${path.slice(root.length)}`] = await readFile(path, 'utf8');
  }
  return files;
}

/** A HelmRelease of the chart `web`, as a person would write it. */
export function webRelease(
  world: World,
  namespace: string,
  name: string,
  spec: Partial<HelmReleaseSpec> = {},
): HelmRelease {
  return {
    apiVersion: 'helm.fluxcd.io/v1',
    kind: 'HelmRelease',
    metadata: { name, namespace },
    spec: { chart: { git: world.git.repoUrl('charts'), path: 'web', ref: 'main' }, ...spec },
  };
}

/** For checks of a status: what Ready says, or an error that shows it. */
export function conditionOf(
  release: HelmRelease,
  type: string,
): { status: string; reason: string; message: string } {
  const found = release.status?.conditions?.find((condition) => condition.type === type);
  if (found === undefined) throw new Error(`there is no condition ${type}`);
  return { status: found.status, reason: found.reason ?? '', message: found.message ?? '' };
}

/** A file of the chart `web` as it is at first. */
export async function webChartFile(path: string): Promise<string> {
  return await readFile(join(WEB_CHART, path), 'utf8');
}
