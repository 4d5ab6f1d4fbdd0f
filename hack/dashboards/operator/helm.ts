import type { Section } from '../dashboard.ts';
import { series } from '../panels.ts';
import { lettered } from '../queries.ts';
import { metric, percentile, rate } from './metric.ts';

export function helmSection(): Section {
  return {
    title: 'helm processes',
    panels: [
      series({
        title: 'Running and waiting for a slot',
        says: 'fast: helm does not wait. slow: helm itself waits for hooks and tests. package: charts from Git.',
        ...{ unit: 'short', width: 8, decimals: 0 },
        queries: lettered(
          { expr: `sum by (pool) (${metric('helm_processes_running')})`, legend: '{{pool}} running' },
          { expr: `sum by (pool) (${metric('helm_processes_waiting')})`, legend: '{{pool}} waiting' },
          { expr: `max(${metric('helm_slots')})`, legend: 'slots of a pool' },
        ),
      }),
      series({
        title: 'Runs that ended, by command and result',
        says: 'error: helm ended with a status that is not 0, or was ended.',
        ...{ unit: 'ops', width: 8 },
        queries: [
          {
            expr: `sum by (verb, result) (${rate(metric('helm_process_duration_seconds_count'))}) > 0`,
            legend: '{{verb}} {{result}}',
          },
        ],
      }),
      series({
        title: 'How long helm runs, 95 %',
        says: '95 of 100 runs of a command take no longer than this.',
        ...{ unit: 's', width: 8 },
        queries: [{ expr: percentile(0.95, 'helm_process_duration_seconds', 'verb'), legend: '{{verb}}' }],
      }),
    ],
  };
}
