import type { Section } from '../dashboard.ts';
import { type Colour, bars } from '../panels.ts';
import { lettered } from '../queries.ts';
import { type Column, table } from '../table.ts';
import { FAILING, READY, RELEASES, ROLLED_BACK, SUSPENDED, ofEach } from './states.ts';

export function namespacesSection(): Section {
  const column = (ref: string, title: string, colour?: Colour): Column => ({
    ...{ from: `Value #${ref}`, title },
    ...(colour === undefined
      ? {}
      : {
          steps: [
            [null, 'text'],
            [1, colour],
          ] as const,
        }),
  });
  return {
    title: 'By namespace',
    panels: [
      table({
        title: 'HelmReleases by namespace',
        says: 'The same states, by the namespace of the HelmRelease.',
        width: 14,
        queries: lettered(
          ...[RELEASES, READY, FAILING, ROLLED_BACK, SUSPENDED].map((expr) => ({
            expr: `count by (namespace) (${expr})`,
          })),
        ),
        columns: [
          { from: 'namespace', title: 'Namespace' },
          column('A', 'HelmReleases'),
          column('B', 'Ready', 'green'),
          column('C', 'Failing', 'red'),
          column('D', 'Rolled back', 'orange'),
          column('E', 'Suspended', 'purple'),
        ],
        sortBy: 'HelmReleases',
      }),
      bars({
        title: 'Slowest last actions',
        says: 'How long the last install, upgrade or rollback took from its start to its outcome, waiting included.',
        ...{ unit: 's', width: 10 },
        steps: [
          [null, 'green'],
          [300, 'yellow'],
          [600, 'red'],
        ],
        queries: [
          {
            expr: `sort_desc(topk(10, ${ofEach('helmrelease_last_action_duration_seconds', '', 'action')}))`,
            legend: '{{namespace}}/{{name}} {{action}}',
          },
        ],
      }),
    ],
  };
}
