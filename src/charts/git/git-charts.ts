import type { Git, Identity } from '../../git/git.ts';
import type { GitRemote } from '../../git/remote.ts';
import type { WorkDir } from '../../process/work-dir.ts';
import type { Clock } from '../../telemetry/clock.ts';
import type { Chart, GitChartSource } from '../chart.ts';
import type { ChartMetadata } from '../content/chart-yaml.ts';
import { readChart } from '../content/content.ts';
import { isPlain } from '../http/proxy.ts';
import type { Freshness, Lookup } from '../lookup.ts';
import { createRecent } from '../recent.ts';
import { keyOf } from '../source.ts';
import type { ChartStore, StoredChart } from '../store.ts';
import { build, type PackageChart } from './build.ts';
import { type Checkout, createCheckout } from './checkout.ts';
import { createDependencies, type DependenciesOptions } from './dependencies.ts';
import { type LocalIdentity, localIdentity } from './local-identity.ts';
import { hasInsecure, planOf } from './plan.ts';

export interface GitChartsOptions extends DependenciesOptions {
  readonly git: Pick<Git, 'resolve' | 'lookup' | 'identityOf' | 'export'>;
  readonly packageChart: PackageChart;
  readonly store: ChartStore;
  readonly workDir: Pick<WorkDir, 'temp'>;
  readonly clock: Clock;
  /** The repository that a dependency means by `@name` or `alias:name`. */
  readonly urlOfAlias: (name: string) => string | undefined;
  /** Whether dependencies are resolved at all. */
  readonly updateDependencies: boolean;
}

/** A folder of a commit that may hold a chart, and whether what it depends on in other folders counts. */
export type LocalChart = Pick<GitChartSource, 'path' | 'skipDepUpdate'>;

/**
 * What each of these charts consists of inside of its repository, in their order: equal texts mean equal charts, but for what they
 * depend on elsewhere. What is no chart has one too; throws only where the commit cannot be had.
 */
export type IdentifyCharts = (
  at: { readonly remote: GitRemote; readonly commit: string },
  charts: readonly LocalChart[],
  signal: AbortSignal,
) => Promise<readonly string[]>;

export interface GitCharts {
  /**
   * Looks a chart up in a Git repository: ref, commit, what the chart consists of there. Only if no chart was packaged
   * of that yet is it written to disk and packaged, so a commit that does not touch it costs nothing.
   */
  readonly lookup: Lookup<GitChartSource>;
  readonly identify: IdentifyCharts;
}

const MAX_KNOWN = 5_000;

export function createGitCharts(o: GitChartsOptions): GitCharts {
  const identities = createRecent<Identity>(MAX_KNOWN);
  const known = createRecent<ChartMetadata>(MAX_KNOWN);
  /** Of charts that consist of the tree of their folder and nothing else. */
  const wholes = createRecent<LocalIdentity>(MAX_KNOWN);
  const dependencies = createDependencies(o);

  const find = async (
    source: GitChartSource,
    checkout: Checkout,
    freshness: Freshness,
  ): Promise<StoredChart & Pick<Chart, 'insecure'>> => {
    const { url, auth, access, scope, path, skipDepUpdate } = source;
    const { signal } = freshness;
    const resolve = skipDepUpdate || !o.updateDependencies ? undefined : dependencies(freshness);
    const plan = await planOf(path, { checkout, known, resolve, urlOfAlias: o.urlOfAlias });
    const key = keyOf([
      'git',
      url,
      scope,
      JSON.stringify(access ?? auth ?? ''),
      String(resolve !== undefined),
      plan.key,
    ]);

    const insecure = hasInsecure(plan) ? { insecure: true } : {};
    const stored = await o.store.find(key);
    if (stored) return { ...stored, ...insecure };
    const file = await build(plan, { checkout, packageChart: o.packageChart, signal });
    return { ...(await o.store.keep(key, file, await readChart(file, checkout.subject(path)))), ...insecure };
  };

  const lookup: Lookup<GitChartSource> = async (source, freshness) => {
    const { url, auth, access = auth && { basic: auth }, scope, ref } = source;
    const { since, signal } = freshness;
    const remote = { url, access, scope };
    const maxAgeMs = Math.max(0, o.clock.monotonicMs() - since);
    const { commit, insecure: plain } = await o.git.resolve(remote, ref, { maxAgeMs, signal });
    const insecure = plain && URL.canParse(url) && isPlain(new URL(url));

    await using checkout = createCheckout({ ...o, identities, remote, commit, signal });
    const chart = await find(source, checkout, freshness);
    return { ...chart, revision: commit, ...(insecure ? { insecure } : {}) };
  };

  const identify: IdentifyCharts = async ({ remote, commit }, charts, signal) => {
    const paths = charts.map(({ path }) => path);
    const found = await o.git.lookup(remote, commit, paths, signal);
    await using checkout = createCheckout({ ...o, identities, remote, commit, signal });
    const texts: string[] = [];
    for (const [at, { path, skipDepUpdate }] of charts.entries()) {
      const withFolders = o.updateDependencies && !skipDepUpdate;
      const there = found[at];
      const tree = there?.kind === 'folder' ? there.tree : '';
      const key = keyOf([remote.url, remote.scope, path, tree, String(withFolders)]);
      const local = { checkout, known, urlOfAlias: o.urlOfAlias, withFolders, signal };
      const { text, isWhole } = wholes.get(key) ?? (await localIdentity(path, local));
      if (isWhole) wholes.set(key, { text, isWhole });
      texts.push(keyOf([remote.url, text]));
    }
    return texts;
  };
  return { lookup, identify };
}
