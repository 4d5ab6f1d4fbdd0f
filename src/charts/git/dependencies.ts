import { ChartUnavailableError } from '../../api/errors.ts';
import type { Elsewhere } from '../../process/gate.ts';
import type { Clock } from '../../telemetry/clock.ts';
import type { Chart, OciChartSource, RepositoryChartSource } from '../chart.ts';
import { AccessRefusedError } from '../http/refusal.ts';
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
  readonly clock: Clock;
  /** How often those of an exact version are asked for again. */
  readonly chartsSyncIntervalMs: number;
  /** Calls the handler when the installation is let in elsewhere than before, or as somebody else. */
  readonly onAccessChange: (handler: () => void) => void;
}

interface Exact {
  readonly chart: Chart;
  readonly askedAt: number;
}

const MAX_EXACT = 5_000;
const HERE: Elsewhere = (_signal, work) => work();

/**
 * Resolves what charts from Git depend on. One of an exact version is asked for now and then only, and kept unless we are
 * refused: so a repository that is away for a while does no harm to charts that are packaged already, and one that lets us in
 * no more is obeyed.
 */
export function createDependencies(o: DependenciesOptions): (freshness: Freshness) => ResolveDependency {
  let exact = createRecent<Exact>(MAX_EXACT);
  o.onAccessChange(() => {
    exact = createRecent<Exact>(MAX_EXACT);
  });

  const lookup = (source: DependencySource, freshness: Freshness): Promise<Chart> => {
    const { signal, elsewhere = HERE } = freshness;
    return elsewhere(signal, () =>
      source.kind === 'oci' ? o.lookupOci(source, freshness) : o.lookupRepository(source, freshness),
    );
  };

  /** What is known of the repository will do, unless the version is newer than that. */
  const lookupOnce = (source: DependencySource, freshness: Freshness): Promise<Chart> =>
    lookup(source, { ...freshness, since: -Infinity }).catch((caught: unknown) => {
      if (freshness.signal.aborted || !(caught instanceof ChartUnavailableError)) throw caught;
      return lookup(source, freshness);
    });

  const lookupAgain = (source: DependencySource, known: Chart, freshness: Freshness): Promise<Chart> =>
    lookup(source, freshness).catch((caught: unknown) => {
      const isAway = caught instanceof ChartUnavailableError && !(caught instanceof AccessRefusedError);
      if (freshness.signal.aborted || !isAway) throw caught;
      return known;
    });

  return (freshness) => async (source) => {
    if (!isStrictVersion(source.version)) return lookup(source, freshness);

    const key = sourceKey(source);
    const remembered = exact; // what is found by an access that is changed meanwhile is not for later
    const known = remembered.get(key);
    const askedAt = o.clock.monotonicMs();
    const isThere = known !== undefined && (await o.isStored(known.chart));
    if (isThere && askedAt - known.askedAt < o.chartsSyncIntervalMs) return known.chart;
    const chart = await (isThere
      ? lookupAgain(source, known.chart, freshness)
      : lookupOnce(source, freshness));
    return remembered.set(key, { chart, askedAt }).chart;
  };
}
