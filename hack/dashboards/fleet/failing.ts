import type { Section } from '../dashboard.ts';
import { stat } from '../panels.ts';
import { lettered } from '../queries.ts';
import { table } from '../table.ts';
import { RELEASE_COLUMNS } from './release-columns.ts';
import { SUSPENDED, ofEach } from './states.ts';

export function failingSection(): Section {
  const since = ofEach('helmrelease_failing_since_timestamp_seconds');
  const age = `(time() - ${since}) unless on (namespace, name) (${SUSPENDED})`;
  return {
    title: 'Failing',
    panels: [
      stat({
        title: 'Oldest failure',
        says: 'For how long the HelmRelease that has failed longest is not well. Tries in between do not begin it anew.',
        ...{ unit: 's', width: 4, height: 8, decimals: 0, none: 'none' },
        steps: [
          [null, 'green'],
          [300, 'yellow'],
          [3_600, 'red'],
        ],
        queries: [{ expr: `max(${age})` }],
      }),
      table({
        title: 'What is not well, the oldest first',
        says: 'Step and reason of each failure. The sentence with the way out is in kubectl describe.',
        width: 20,
        queries: lettered(
          {
            expr: `topk(50, (${age}) * on (namespace, name) group_left (step, reason) ${ofEach('helmrelease_failure_info', '', 'step, reason')})`,
          },
          { expr: `${ofEach('helmrelease_failure_attempts')} unless on (namespace, name) (${SUSPENDED})` },
        ),
        columns: [
          ...RELEASE_COLUMNS,
          { from: 'step', title: 'Step' },
          { from: 'reason', title: 'Reason' },
          {
            from: 'Value #A',
            title: 'For',
            unit: 's',
            steps: [
              [null, 'text'],
              [3_600, 'red'],
            ],
          },
          { from: 'Value #B', title: 'Tries' },
        ],
        sortBy: 'For',
      }),
    ],
  };
}
