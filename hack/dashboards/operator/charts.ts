import type { Section } from '../dashboard.ts';
import { series } from '../panels.ts';
import { lettered } from '../queries.ts';
import { metric, rate } from './metric.ts';

export function chartsSection(): Section {
  return {
    title: 'Charts',
    panels: [
      series({
        title: 'Chart sources',
        says: 'Sources in use, each asked once for all releases of it, and those whose last lookup failed.',
        ...{ unit: 'short', width: 8, decimals: 0 },
        queries: lettered(
          { expr: `max by (kind) (${metric('chart_sources')})`, legend: '{{kind}}' },
          { expr: `max by (kind) (${metric('chart_sources_failing')})`, legend: '{{kind}} failing' },
        ),
      }),
      series({
        title: 'Fetches',
        says: 'Requests to chart sources, whether or not they brought anything new.',
        ...{ unit: 'ops', width: 8 },
        queries: [
          {
            expr: `sum by (kind, result) (${rate(metric('chart_fetches_total'))})`,
            legend: '{{kind}} {{result}}',
          },
        ],
      }),
      series({
        title: 'Longest without a good fetch',
        says: 'Time since the last good fetch of the source for which that is longest.',
        ...{ unit: 's', width: 8 },
        queries: [{ expr: `max by (kind) (${metric('chart_source_oldest_seconds')})`, legend: '{{kind}}' }],
      }),
      series({
        title: 'Size of the chart store',
        says: 'Packaged charts that all releases share. Beyond 1 GB those go that were not used for longest.',
        ...{ unit: 'bytes', width: 8 },
        queries: [{ expr: `sum(${metric('chart_store_bytes')})`, legend: 'size' }],
      }),
      series({
        title: 'Charts found in the store',
        says: 'Of the charts that were asked for, how many did not have to be packaged or downloaded.',
        ...{ unit: 'percentunit', width: 8 },
        queries: [
          {
            expr: `sum(${metric('chart_store_requests_total', 'result="hit"')}) / sum(${metric('chart_store_requests_total')})`,
            legend: 'found, since the start',
          },
        ],
      }),
      series({
        title: 'Received from repositories and registries',
        says: 'Indexes and charts. What Git sends is not among them.',
        ...{ unit: 'Bps', width: 8 },
        queries: [{ expr: `sum(${rate(metric('chart_received_bytes_total'))})`, legend: 'received' }],
      }),
    ],
  };
}
