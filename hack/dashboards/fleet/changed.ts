import type { Section } from '../dashboard.ts';
import { series, stat } from '../panels.ts';
import { lettered, orZero } from '../queries.ts';
import { table } from '../table.ts';
import { RELEASE_COLUMNS } from './release-columns.ts';
import { ofEach } from './states.ts';

const DAY = 86_400;
const CHANGED = `${ofEach('helmrelease_last_action_timestamp_seconds', '', 'action')} > time() - ${String(DAY)}`;

export function changedSection(): Section {
  const info = ofEach('helmrelease_info', '', 'chart, version');
  const isChanged = `and on (namespace, name) (${CHANGED})`;
  return {
    title: 'What changed',
    panels: [
      stat({
        title: 'Changed in 24 hours',
        says: 'HelmReleases that were installed, upgraded or rolled back, whether it went well or not.',
        ...{ unit: 'short', width: 4, height: 9, queries: [{ expr: orZero(`count(${CHANGED})`) }] },
      }),
      table({
        title: 'Last changes',
        says: 'The last action on each release in the last 24 hours, the newest first.',
        ...{ width: 20, height: 9 },
        queries: lettered(
          {
            expr: `topk(50, ((${CHANGED}) * 1000) * on (namespace, name) group_left (chart, version) ${info})`,
          },
          { expr: `${ofEach('helmrelease_last_action_duration_seconds', '', 'action')} ${isChanged}` },
          { expr: `${ofEach('helmrelease_last_action_success', '', 'action')} ${isChanged}` },
        ),
        columns: [
          { from: 'Value #A', title: 'When', unit: 'dateTimeAsIso' },
          ...RELEASE_COLUMNS,
          { from: 'action', title: 'Action' },
          { from: 'chart', title: 'Chart' },
          { from: 'version', title: 'Version now' },
          { from: 'Value #B', title: 'Took', unit: 's' },
          {
            from: 'Value #C',
            title: 'Went well',
            unit: 'bool_yes_no',
            steps: [
              [null, 'red'],
              [1, 'green'],
            ],
          },
        ],
        sortBy: 'When',
      }),
      series({
        title: 'Actions, all namespaces',
        says: 'Installs, upgrades, rollbacks, tests and uninstalls that ended. The variable for namespaces does not narrow it.',
        ...{ unit: 'short', width: 12, draw: 'bars', stacked: true, decimals: 0 },
        queries: [
          {
            expr: 'sum by (action, result) (increase(helm_release_operator_actions_total[$__rate_interval])) > 0',
            legend: '{{action}} {{result}}',
          },
        ],
      }),
      series({
        title: 'Failures and rollbacks',
        says: 'Failed actions and rollbacks of the HelmReleases of the namespaces chosen.',
        ...{ unit: 'short', width: 12, draw: 'bars', stacked: true, decimals: 0 },
        colours: { failures: 'red', rollbacks: 'orange' },
        queries: lettered(
          {
            expr: 'sum(increase(helmrelease_failures_total{namespace=~"$namespace"}[$__rate_interval]))',
            legend: 'failures',
          },
          {
            expr: 'sum(increase(helmrelease_rollbacks_total{namespace=~"$namespace"}[$__rate_interval]))',
            legend: 'rollbacks',
          },
        ),
      }),
    ],
  };
}
