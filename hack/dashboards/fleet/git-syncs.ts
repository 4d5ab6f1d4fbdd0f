import type { Section } from '../dashboard.ts';
import { BAD_FROM_ONE, type Step, stat } from '../panels.ts';
import { lettered, orZero } from '../queries.ts';
import { table } from '../table.ts';
import { ofEach } from './states.ts';

const of = (what: string): string => ofEach(`helm_release_operator_gitsync_${what}`);

const RED_FROM_ONE: readonly Step[] = [
  [null, 'text'],
  [1, 'red'],
];

export function gitSyncsSection(): Section {
  const unready = `${of('ready')} == 0 unless on (namespace, name) (${of('suspended')} == 1)`;
  return {
    title: 'From Git',
    panels: [
      stat({
        title: 'GitSyncs not ready',
        says: 'What is in Git for them is not in the cluster. Suspended ones do not count.',
        ...{ unit: 'short', width: 4, height: 8, steps: BAD_FROM_ONE },
        queries: [{ expr: orZero(`count(${unready})`) }],
      }),
      table({
        title: 'GitSyncs',
        says: 'What each keeps in the cluster, since when, and what keeps it from the newest commit.',
        ...{ width: 20, none: 'none' },
        queries: lettered(
          { expr: of('ready') },
          { expr: of('objects') },
          { expr: of('held_prunes') },
          { expr: `${of('applied_timestamp_seconds')} * 1000` },
          { expr: `time() - ${of('source_failing_since_timestamp_seconds')}` },
        ),
        columns: [
          { from: 'namespace', title: 'Namespace' },
          { from: 'name', title: 'GitSync' },
          {
            ...{ from: 'Value #A', title: 'Ready', unit: 'bool_yes_no' },
            steps: [
              [null, 'red'],
              [1, 'green'],
            ],
          },
          { from: 'Value #B', title: 'Objects' },
          { from: 'Value #C', title: 'Deletions held', steps: RED_FROM_ONE },
          { from: 'Value #D', title: 'Applied', unit: 'dateTimeAsIso' },
          { from: 'Value #E', title: 'Source fails for', unit: 's', steps: RED_FROM_ONE },
        ],
        sortBy: 'Source fails for',
      }),
    ],
  };
}
