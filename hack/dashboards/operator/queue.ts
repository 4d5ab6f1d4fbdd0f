import type { Section } from '../dashboard.ts';
import { series } from '../panels.ts';
import { lettered } from '../queries.ts';
import { metric, percentile, rate } from './metric.ts';

export function queueSection(): Section {
  return {
    title: 'Queue and passes',
    panels: [
      series({
        title: 'Waiting and at work',
        says: 'HelmReleases that wait to be looked at, and those that a pass is looking at. A pass that waits for a slot for helm is at work.',
        ...{ unit: 'short', width: 8, decimals: 0 },
        queries: lettered(
          { expr: `sum(${metric('queue_length')})`, legend: 'waiting' },
          { expr: `sum(${metric('passes_running')})`, legend: 'at work' },
        ),
      }),
      series({
        title: 'Passes, by how they ended',
        says: 'done: nothing more to do. wait: something is under way. retry, stalled, error: something is wrong.',
        ...{ unit: 'ops', width: 8 },
        queries: [
          {
            expr: `sum by (outcome) (${rate(metric('pass_duration_seconds_count'))})`,
            legend: '{{outcome}}',
          },
        ],
      }),
      series({
        title: 'How long passes take',
        says: 'Half of them and 95 of 100 take no longer than this.',
        ...{ unit: 's', width: 8 },
        queries: lettered(
          { expr: percentile(0.5, 'pass_duration_seconds'), legend: '50 %' },
          { expr: percentile(0.95, 'pass_duration_seconds'), legend: '95 %' },
        ),
      }),
    ],
  };
}
