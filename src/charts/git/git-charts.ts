import type { Git, Identity } from '../../git/git.ts';
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
import { hasInsecure, planOf } from './plan.ts';

export interface GitChartsOptions extends DependenciesOptions {
  readonly git: Pick<Git, 'resolve' | 'identityOf' | 'export'>;
  readonly packageChart: PackageChart;
  readonly store: ChartStore;
  readonly workDir: Pick<WorkDir, 'temp'>;
  readonly clock: Clock;
  /** The repository that a dependency means by `@name` or `alias:name`. */
  readonly urlOfAlias: (name: string) => string | undefined;
  /** Whether dependencies are resolved at all. */
  readonly updateDependencies: boolean;
}

const MAX_KNOWN = 5_000;

/**
 * Looks a chart up in a Git repository: ref, commit, what the chart consists of there. Only if no chart was packaged
 * of that yet is it written to disk and packaged, so a commit that does not touch it costs nothing.
 */
export function createGitCharts(o: GitChartsOptions): Lookup<GitChartSource> {
  const identities = createRecent<Identity>(MAX_KNOWN);
  const known = createRecent<ChartMetadata>(MAX_KNOWN);
  const dependencies = createDependencies(o);

  const find = async (
    source: GitChartSource,
    checkout: Checkout,
    freshness: Freshness,
  ): Promise<StoredChart & Pick<Chart, 'insecure'>> => {
    const { url, auth, scope, path, skipDepUpdate } = source;
    const { signal } = freshness;
    const resolve = skipDepUpdate || !o.updateDependencies ? undefined : dependencies(freshness);
    const plan = await planOf(path, { checkout, known, resolve, urlOfAlias: o.urlOfAlias });
    const key = keyOf([
      'git',
      url,
      scope,
      JSON.stringify(auth ?? ''),
      String(resolve !== undefined),
      plan.key,
    ]);

    const insecure = hasInsecure(plan) ? { insecure: true } : {};
    const stored = await o.store.find(key);
    if (stored) return { ...stored, ...insecure };
    const file = await build(plan, { checkout, packageChart: o.packageChart, signal });
    return { ...(await o.store.keep(key, file, await readChart(file, checkout.subject(path)))), ...insecure };
  };

  return async (source, freshness) => {
    const { url, auth, scope, ref } = source;
    const { since, signal } = freshness;
    const remote = { url, access: auth && { basic: auth }, scope };
    const maxAgeMs = Math.max(0, o.clock.monotonicMs() - since);
    const { commit, insecure: plain } = await o.git.resolve(remote, ref, { maxAgeMs, signal });
    const insecure = plain && URL.canParse(url) && isPlain(new URL(url));

    await using checkout = createCheckout({ ...o, identities, remote, commit, signal });
    const chart = await find(source, checkout, freshness);
    return { ...chart, revision: commit, ...(insecure ? { insecure } : {}) };
  };
}
