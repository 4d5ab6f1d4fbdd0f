import * as logs from '@grafana/grafana-foundation-sdk/logs';
import * as loki from '@grafana/grafana-foundation-sdk/loki';
import { DatasourceVariableBuilder, TextBoxVariableBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboard, type FileDashboard, type Section } from './dashboard.ts';
import { type AnyPanel, series, stat } from './panels.ts';
import { lettered } from './queries.ts';
import { type Column, table } from './table.ts';
import { datasource } from './variables.ts';

const CONDITION = 'flux_helm_operator_release_condition_info';
const LOKI = { type: 'loki', uid: '${DS_LOKI}' };

/** The dashboard that Helm Operator 1.4.4 had, at its old address: what it showed, by the metrics that it asked for. */
export function helmOperator(): FileDashboard {
  return dashboard({
    uid: 'Q2SrQyMGk',
    title: 'Helm Operator Dashboard',
    says: 'What the dashboard of Helm Operator 1.4.4 showed, by its metrics.',
    variables: [
      datasource,
      new DatasourceVariableBuilder('DS_LOKI').label('Loki').type('loki'),
      new TextBoxVariableBuilder('logs_search').label('Search in logs').defaultValue(''),
    ],
    sections: [main(), releases(), log()],
  });
}

function main(): Section {
  return {
    title: 'Main Metrics',
    panels: [
      stat({
        title: 'Helm Releases Synced',
        says: 'HelmReleases that the operator manages.',
        ...{ unit: 'short', width: 6, height: 8 },
        queries: [{ expr: 'max(flux_helm_operator_release_count{})' }],
      }),
      series({
        title: 'Helm Release Sync Duration',
        says: 'Time spent on each release in the last five minutes.',
        ...{ unit: 's', width: 12 },
        queries: [
          {
            expr: 'delta(flux_helm_operator_release_action_duration_seconds_sum{action="sync"}[5m]) > 0',
            legend: '{{release_name}} sync',
          },
        ],
      }),
      stat({
        title: 'Helm Releases Not Synced',
        says: 'HelmReleases that wait for a worker, or for their turn to run helm.',
        ...{ unit: 'short', width: 6, height: 8 },
        queries: [{ expr: 'max(flux_helm_operator_release_queue_length_count{})' }],
      }),
    ],
  };
}

function releases(): Section {
  const columns: readonly Column[] = [
    { from: 'target_namespace', title: 'Namespace' },
    { from: 'release_name', title: 'Release' },
  ];
  const list = (title: string, says: string, condition: string, value: string): AnyPanel =>
    table({
      ...{ title: `Helm Releases - ${title}`, says, width: 8, columns },
      queries: lettered({ expr: `${CONDITION}{condition="${condition}"} == ${value}` }),
    });
  return {
    title: 'Releases',
    panels: [
      list('Released', 'Condition Released is True.', 'Released', '1'),
      list('Failed', 'Condition Released is False.', 'Released', '-1'),
      list('RolledBack', 'Condition RolledBack is True.', 'RolledBack', '1'),
    ],
  };
}

function log(): Section {
  const query = new loki.DataqueryBuilder()
    .expr('{app="helm-operator"} |~ "$logs_search"')
    .refId('A')
    .datasource(LOKI);
  const panel = new logs.PanelBuilder()
    .title('Helm Operator Logs')
    .description('What the operator logs, if Loki collects it.')
    .datasource(LOKI)
    .showTime(true)
    .wrapLogMessage(true)
    .span(24)
    .height(10)
    .withTarget(query);
  return { title: 'Logs', panels: [panel] };
}
