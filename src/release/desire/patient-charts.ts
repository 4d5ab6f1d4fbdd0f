import type { Chart, ChartSource } from '../../charts/chart.ts';
import type { Charts } from '../../charts/charts.ts';
import { sourceKey } from '../../charts/source.ts';

/** Charts for passes that have no time to wait. */
export interface PatientCharts {
  /** Undefined when the source takes its time: the release is woken when it has answered, and its next call gets the answer. */
  readonly find: (release: string, source: ChartSource, fresh: boolean) => Promise<Chart | undefined>;
  readonly forget: (release: string) => void;
}

export interface PatientChartsOptions {
  readonly charts: Pick<Charts, 'resolve'>;
  readonly patienceMs: number;
  readonly wake: (release: string) => void;
  /** Ends all searches. */
  readonly stopping: AbortSignal;
}

interface Search {
  readonly source: string;
  readonly chart: Promise<Chart>;
}

/**
 * A source that does not answer must not hold the passes that ask for it: a fleet of releases on one dead host would
 * hold them all, and nothing would be done for the releases of any other host.
 */
export function createPatientCharts({
  charts,
  patienceMs,
  wake,
  stopping,
}: PatientChartsOptions): PatientCharts {
  const searches = new Map<string, Search>();

  const begin = (release: string, source: ChartSource, fresh: boolean): Search => {
    const search = { source: sourceKey(source), chart: charts.resolve(source, { signal: stopping, fresh }) };
    searches.set(release, search);
    return search;
  };
  const wakeAfter = async (search: Search, release: string): Promise<void> => {
    await Promise.allSettled([search.chart]);
    if (searches.get(release) === search && !stopping.aborted) wake(release);
  };

  return {
    find: async (release, source, fresh) => {
      const known = searches.get(release);
      const search = known?.source === sourceKey(source) ? known : begin(release, source, fresh);
      try {
        const chart = await within(search.chart, patienceMs);
        if (chart === undefined) {
          if (search !== known) void wakeAfter(search, release);
          return undefined;
        }
        searches.delete(release);
        return chart;
      } catch (caught) {
        searches.delete(release);
        if (stopping.aborted) return undefined;
        throw caught;
      }
    },
    forget: (release) => {
      searches.delete(release);
    },
  };
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => {
    late.resolve(undefined);
  }, ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
