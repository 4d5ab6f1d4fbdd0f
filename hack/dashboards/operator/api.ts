import type { Section } from '../dashboard.ts';
import { series } from '../panels.ts';
import { lettered, orZero } from '../queries.ts';
import { metric, percentile, rate } from './metric.ts';

export function apiSection(): Section {
  return {
    title: 'API server',
    panels: [
      series({
        title: 'Requests',
        says: 'An operator with nothing to do renews its lease and its watches, and asks for nothing else.',
        ...{ unit: 'reqps', width: 8, stacked: true },
        queries: [{ expr: `sum by (verb) (${rate(metric('kube_requests_total'))})`, legend: '{{verb}}' }],
      }),
      series({
        title: 'Requests that failed',
        says: 'By status; error is without an answer. 409 is normal: somebody else wrote first, and it is done again.',
        ...{ unit: 'reqps', width: 8 },
        queries: [
          {
            expr: `sum by (code) (${rate(metric('kube_requests_total', 'code!~"2.."'))})`,
            legend: '{{code}}',
          },
        ],
      }),
      series({
        title: 'How long requests take, 95 %',
        says: '95 of 100 requests of a kind take no longer than this; of a watch, until it is open.',
        ...{ unit: 's', width: 8 },
        queries: [{ expr: percentile(0.95, 'kube_request_duration_seconds', 'verb'), legend: '{{verb}}' }],
      }),
      series({
        title: 'Objects in caches',
        says: 'What the watches hold, by kind.',
        ...{ unit: 'short', width: 12, decimals: 0 },
        queries: [{ expr: `max by (resource) (${metric('informer_objects')})`, legend: '{{resource}}' }],
      }),
      series({
        title: 'Watches opened again, full lists',
        says: 'Watches end every few minutes and are opened again; a full list should be rare.',
        ...{ unit: 'ops', width: 12 },
        queries: lettered(
          {
            expr: orZero(`sum(${rate(metric('informer_watch_restarts_total'))})`),
            legend: 'opened again',
          },
          { expr: orZero(`sum(${rate(metric('informer_relists_total'))})`), legend: 'full lists' },
        ),
      }),
    ],
  };
}
