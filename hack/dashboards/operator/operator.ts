import { dashboard, type FileDashboard } from '../dashboard.ts';
import { datasource, listed } from '../variables.ts';
import { apiSection } from './api.ts';
import { chartsSection } from './charts.ts';
import { helmSection } from './helm.ts';
import { nowSection } from './now.ts';
import { processSection } from './process.ts';
import { queueSection } from './queue.ts';

/** The operator itself, for those who run it. */
export function operator(): FileDashboard {
  return dashboard({
    uid: 'helm-release-operator-operator',
    title: 'Helm releases / Operator',
    says: 'The operator itself: queue, passes, helm processes, API server, chart sources and caches, memory.',
    variables: [
      datasource,
      listed('instance', 'Replica', 'label_values(helm_release_operator_queue_length, instance)', 'many'),
    ],
    sections: [nowSection(), queueSection(), helmSection(), apiSection(), chartsSection(), processSection()],
  });
}
