import type { Section } from '../dashboard.ts';
import { series } from '../panels.ts';
import { lettered } from '../queries.ts';
import { AT, rate } from './metric.ts';

export function processSection(): Section {
  return {
    title: 'Process',
    panels: [
      series({
        title: 'Memory',
        says: 'Of the operator alone. Each helm process that runs needs 50 to 100 MB beside it.',
        ...{ unit: 'bytes', width: 8 },
        queries: lettered(
          { expr: `max(process_resident_memory_bytes{${AT}})`, legend: 'resident' },
          { expr: `max(nodejs_heap_size_used_bytes{${AT}})`, legend: 'heap in use' },
        ),
      }),
      series({
        title: 'CPU',
        says: 'Cores that the operator uses, without its helm processes.',
        ...{ unit: 'short', width: 8 },
        queries: [{ expr: `sum(${rate(`process_cpu_seconds_total{${AT}}`)})`, legend: 'cores' }],
      }),
      series({
        title: 'Lag of the event loop',
        says: 'How late things happen that should happen at once. Above a second, probes and leases suffer.',
        ...{ unit: 's', width: 8 },
        queries: lettered(
          { expr: `max(nodejs_eventloop_lag_p50_seconds{${AT}})`, legend: '50 %' },
          { expr: `max(nodejs_eventloop_lag_p99_seconds{${AT}})`, legend: '99 %' },
        ),
      }),
    ],
  };
}
