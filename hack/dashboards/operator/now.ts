import type { Section } from '../dashboard.ts';
import { BAD_FROM_ONE, stat } from '../panels.ts';
import { orZero } from '../queries.ts';
import { AT, metric } from './metric.ts';

export function nowSection(): Section {
  const small = { unit: 'short', width: 4 };
  return {
    title: 'Now',
    panels: [
      stat({
        ...small,
        title: 'Replicas that work',
        says: 'One of all replicas works, the others stand by. For some seconds at a change there may be none.',
        steps: [
          [null, 'red'],
          [1, 'green'],
          [2, 'red'],
        ],
        queries: [{ expr: orZero(`sum(${metric('leader')})`) }],
      }),
      stat({
        ...small,
        title: 'Up for',
        says: 'Since the replica that started last did so.',
        unit: 's',
        queries: [{ expr: `time() - max(process_start_time_seconds{${AT}})` }],
      }),
      stat({
        ...small,
        title: 'Oldest in the queue',
        says: 'For how long the HelmRelease that has waited longest waits to be looked at. Normally well below a second.',
        unit: 's',
        steps: [
          [null, 'green'],
          [30, 'yellow'],
          [300, 'red'],
        ],
        queries: [{ expr: `max(${metric('queue_oldest_seconds')})` }],
      }),
      stat({
        ...small,
        title: 'Chart sources failing',
        says: 'Repositories and registries, by source and version, whose last lookup failed.',
        steps: BAD_FROM_ONE,
        queries: [{ expr: `sum(${metric('chart_sources_failing')})` }],
      }),
      stat({
        ...small,
        title: 'Watches that are closed',
        says: 'Watches on the API server that are not open now. They are opened again by themselves.',
        steps: BAD_FROM_ONE,
        queries: [{ expr: orZero(`count(${metric('informer_connected')} == 0)`) }],
      }),
      stat({
        ...small,
        title: 'Memory now',
        says: 'Resident memory of the operator, without its helm processes.',
        unit: 'bytes',
        queries: [{ expr: `max(process_resident_memory_bytes{${AT}})` }],
      }),
    ],
  };
}
