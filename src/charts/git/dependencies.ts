import { ChartUnavailableError } from '../../api/errors.ts';
import type { Chart, OciChartSource, RepositoryChartSource } from '../chart.ts';
import type { Freshness, Lookup } from '../lookup.ts';
import { createRecent } from '../recent.ts';
import { sourceKey } from '../source.ts';
import { isStrictVersion } from '../versions/version.ts';

export type DependencySource = RepositoryChartSource | OciChartSource;
export type ResolveDependency = (source: DependencySource) => Promise<Chart>;

export interface DependenciesOptions {
  readonly lookupRepository: Lookup<RepositoryChartSource>;
  readonly lookupOci: Lookup<OciChartSource>;
  readonly isStored: (chart: Chart) => Promise<boolean>;
}

const MAX_EXACT = 5_000;

/**
 * Resolves what charts from Git depend on. One of an exact version is looked up once: so a repository that is away
 * for a while does no harm to charts that are packaged already.
 */
export function createDependencies(o: DependenciesOptions): (freshness: Freshness) => ResolveDependency {
  const exact = createRecent<Chart>(MAX_EXACT);

  const lookup = (source: DependencySource, freshness: Freshness): Promise<Chart> =>
    source.kind === 'oci' ? o.lookupOci(source, freshness) : o.lookupRepository(source, freshness);

  /** What is known of the repository will do, unless the version is newer than that. */
  const lookupOnce = (source: DependencySource, freshness: Freshness): Promise<Chart> =>
    lookup(source, { ...freshness, since: -Infinity }).catch((caught: unknown) => {
      if (freshness.signal.aborted || !(caught instanceof ChartUnavailableError)) throw caught;
      return lookup(source, freshness);
    });

  return (freshness) => async (source) => {
    if (!isStrictVersion(source.version)) return lookup(source, freshness);

    const key = sourceKey(source);
    const known = exact.get(key);
    if (known && (await o.isStored(known))) return known;
    return exact.set(key, await lookupOnce(source, freshness));
  };
}
