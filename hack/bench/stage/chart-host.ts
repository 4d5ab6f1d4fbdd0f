import { join } from 'node:path';
import { sha256 } from '../../../test/support/chart-archive.ts';
import { startChartRepository } from '../../../test/support/chart-repository.ts';
import { startOciRegistry } from '../../../test/support/oci-registry.ts';
import { type GitServer, startGitServer } from '../../testenv/git-server.ts';
import { CHART_NAME, CHART_VERSION, chartFilesIn, packedChart } from '../workload/chart-files.ts';

export const SOURCE_KINDS = ['git', 'helm', 'oci'] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** What a chart source was asked for so far. */
export interface Fetches {
  /** For what there is: refs, an index, tags. */
  readonly lookups: number;
  /** For a chart itself. */
  readonly downloads: number;
}

/** Serves the chart of the reference workload. */
export interface ChartHost extends AsyncDisposable {
  /** What `spec.chart` of a HelmRelease says to get it. */
  readonly chart: object;
  /** For templates of other controllers. */
  readonly url: string;
  readonly fetches: () => Fetches;
}

/** The host of a chart in Git takes commits too. */
export interface GitHost extends ChartHost {
  readonly git: GitServer;
  readonly commit: (files: Readonly<Record<string, string>>, branch?: string) => Promise<string>;
}

const REPOSITORY = 'charts';

export function startChartHost(kind: SourceKind, dir: string): Promise<ChartHost> {
  switch (kind) {
    case 'git':
      return startGitHost(dir);
    case 'helm':
      return startHelmHost();
    case 'oci':
      return startOciHost();
  }
}

export async function startGitHost(dir: string): Promise<GitHost> {
  const git = await startGitServer({ dir: join(dir, 'git') });
  await git.createRepo(REPOSITORY);
  await git.commit(REPOSITORY, await chartFilesIn(CHART_NAME));
  const url = git.repoUrl(REPOSITORY);
  return {
    git,
    url,
    chart: { git: url, path: CHART_NAME, ref: 'main' },
    commit: (files, branch = 'main') => git.commit(REPOSITORY, files, { branch }),
    fetches: () => ({ lookups: git.requests().lsRefs, downloads: git.requests().fetch }),
    [Symbol.asyncDispose]: () => git.stop(),
  };
}

async function startHelmHost(): Promise<ChartHost> {
  const repository = await startChartRepository();
  const archive = await packedChart();
  const file = `${CHART_NAME}-${CHART_VERSION}.tgz`;
  const metadata = { apiVersion: 'v2', name: CHART_NAME, version: CHART_VERSION, urls: [file] };
  repository.put(`/${file}`, archive);
  const entries = { [CHART_NAME]: [{ ...metadata, digest: sha256(archive) }] };
  repository.put('/index.yaml', JSON.stringify({ apiVersion: 'v1', entries }));
  return {
    url: repository.url,
    chart: { repository: repository.url, name: CHART_NAME, version: '1.x' },
    fetches: () => ({
      lookups: repository.count('/index.yaml'),
      downloads: repository.count(`/${file}`),
    }),
    [Symbol.asyncDispose]: () => repository[Symbol.asyncDispose](),
  };
}

async function startOciHost(): Promise<ChartHost> {
  const registry = await startOciRegistry();
  await registry.push(`charts/${CHART_NAME}`, CHART_VERSION, await packedChart());
  const url = `oci://${registry.host}/charts`;
  const asked = (what: RegExp): number => registry.calls.filter((call) => what.test(call.url)).length;
  return {
    url,
    chart: { repository: url, name: CHART_NAME, version: '1.x' },
    fetches: () => ({ lookups: asked(/\/tags\/list/), downloads: asked(/\/blobs\/sha256:/) }),
    [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose](),
  };
}
