import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboard, type FileDashboard, type Section } from './dashboard.ts';
import { type Colour, series, stat, timeline } from './panels.ts';
import { lettered } from './queries.ts';
import { table } from './table.ts';
import { datasource, derived, listed } from './variables.ts';

const IT = 'namespace="$namespace",name="$name"';
const HELM = 'target_namespace="$target_namespace",release_name="$release"';
const DURATION = 'flux_helm_operator_release_action_duration_seconds';

/** One release's life. */
export function release(): FileDashboard {
  const own = 'helmrelease_info{namespace="$namespace",name="$name"}';
  return dashboard({
    uid: 'helm-release-operator-release',
    title: 'Helm releases / Release',
    says: 'One HelmRelease: revisions, durations, conditions over time, failures and what failed.',
    variables: [
      datasource,
      listed('namespace', 'Namespace', 'label_values(helmrelease_ready, namespace)', 'one'),
      listed('name', 'HelmRelease', 'label_values(helmrelease_ready{namespace="$namespace"}, name)', 'one'),
      derived('target_namespace', `label_values(${own}, target_namespace)`),
      derived('release', `label_values(${own}, release)`),
    ],
    sections: [now(), life(), failures(), durations()],
    from: 'now-24h',
  });
}

function now(): Section {
  const one = (metric: string, ...kept: readonly string[]): string =>
    `max by (${['namespace', 'name', ...kept].join(', ')}) (${metric}{${IT}})`;
  const name = { unit: 'short', show: 'name', width: 4 } as const;
  return {
    title: 'Now',
    panels: [
      stat({
        title: 'Ready',
        says: 'Whether what is wanted is deployed and healthy.',
        ...{ unit: 'short', width: 4, mappings: [words({ 1: ['ready', 'green'], 0: ['not ready', 'red'] })] },
        steps: [
          [null, 'red'],
          [1, 'green'],
        ],
        queries: [{ expr: one('helmrelease_ready') }],
      }),
      stat({
        ...name,
        title: 'Phase',
        says: 'The phase as Helm Operator names it.',
        queries: [{ expr: one('helmrelease_phase', 'phase'), legend: '{{phase}}' }],
      }),
      stat({
        ...name,
        title: 'Chart',
        says: 'Name and version of the chart that is deployed.',
        queries: [{ expr: one('helmrelease_info', 'chart', 'version'), legend: '{{chart}} {{version}}' }],
      }),
      stat({
        title: 'Revision',
        says: "Helm's number of the revision that is deployed.",
        ...{ unit: 'none', width: 4, decimals: 0 },
        queries: [{ expr: one('helmrelease_revision') }],
      }),
      stat({
        title: 'Last action',
        says: 'What was done last, and how long it took from its start to its outcome, waiting included.',
        ...{ unit: 's', show: 'both', width: 4 },
        queries: [{ expr: one('helmrelease_last_action_duration_seconds', 'action'), legend: '{{action}}' }],
      }),
      stat({
        title: 'Not well for',
        says: 'Since the first of the tries that have failed, or since it lost its health.',
        ...{ unit: 's', width: 4, decimals: 0, none: 'it is well' },
        steps: [
          [null, 'yellow'],
          [3_600, 'red'],
        ],
        queries: [{ expr: `time() - ${one('helmrelease_failing_since_timestamp_seconds')}` }],
      }),
    ],
  };
}

function life(): Section {
  const states = ['True', 'False', 'Unknown'] as const;
  const worth = { True: '1', False: '-1', Unknown: '0' };
  const condition = (status: (typeof states)[number]): string =>
    `${worth[status]} * helmrelease_condition{${IT},status="${status}"}`;
  return {
    title: 'Life',
    panels: [
      series({
        title: 'Revisions',
        says: "Helm's number of the revision that is deployed: a step up is an install, upgrade or rollback.",
        ...{ unit: 'none', width: 12, draw: 'steps', decimals: 0 },
        queries: [{ expr: `max(helmrelease_revision{${IT}})`, legend: 'revision' }],
      }),
      timeline({
        title: 'Deployed',
        says: 'Which version from which commit or chart version was deployed when.',
        ...{ unit: 'short', width: 12, mappings: [words({ 1: ['deployed', 'blue'] })] },
        queries: [
          {
            expr: `max by (chart, version, source_revision) (helmrelease_info{${IT},version!=""})`,
            legend: '{{chart}} {{version}} ({{source_revision}})',
          },
        ],
      }),
      timeline({
        title: 'Conditions',
        says: 'Each condition over time. Reconciling and Stalled are there only while they are true.',
        ...{ unit: 'short', width: 14, height: 10 },
        mappings: [words({ 1: ['True', 'green'], 0: ['Unknown', 'yellow'], '-1': ['False', 'red'] })],
        meanings: {
          Reconciling: words({ 1: ['True', 'blue'] }),
          Stalled: words({ 1: ['True', 'red'] }),
          RolledBack: words({ 1: ['True', 'orange'], 0: ['Unknown', 'yellow'], '-1': ['False', 'red'] }),
        },
        queries: [{ expr: `max by (type) (${states.map(condition).join(' or ')})`, legend: '{{type}}' }],
      }),
      timeline({
        title: 'Phases',
        says: 'The phases as Helm Operator names them.',
        ...{ unit: 'short', width: 10, height: 10, mappings: [words({ 1: ['in it', 'blue'] })] },
        queries: [{ expr: `max by (phase) (helmrelease_phase{${IT}})`, legend: '{{phase}}' }],
      }),
    ],
  };
}

function failures(): Section {
  return {
    title: 'Failures',
    panels: [
      timeline({
        title: 'What failed',
        says: 'Step and reason of the failure that stood at each time. The sentence with the way out is in kubectl describe.',
        ...{ unit: 'short', width: 12, none: 'nothing', mappings: [words({ 1: ['failing', 'red'] })] },
        queries: [
          {
            expr: `max by (step, reason) (helmrelease_failure_info{${IT}})`,
            legend: '{{step}}: {{reason}}',
          },
        ],
      }),
      series({
        title: 'Failed actions and rollbacks',
        says: 'Counted from the start of the operator on.',
        ...{ unit: 'short', width: 12, draw: 'steps', decimals: 0 },
        colours: { 'failed actions': 'red', rollbacks: 'orange' },
        queries: lettered(
          { expr: `sum(helmrelease_failures_total{${IT}})`, legend: 'failed actions' },
          { expr: `sum(helmrelease_rollbacks_total{${IT}})`, legend: 'rollbacks' },
          {
            expr: `max(helmrelease_failure_attempts{${IT}})`,
            legend: 'tries in a row at the present failure',
          },
        ),
      }),
    ],
  };
}

function durations(): Section {
  return {
    title: 'Durations',
    panels: [
      series({
        title: 'How long the last action took',
        says: 'From its start to its outcome, waiting included. A line ends when another kind of action follows.',
        ...{ unit: 's', width: 12, draw: 'steps' },
        queries: [
          {
            expr: `max by (action) (helmrelease_last_action_duration_seconds{${IT}})`,
            legend: '{{action}}',
          },
        ],
      }),
      table({
        title: 'Actions since the operator started',
        says: 'How many there were of each, and how long they took on average. sync is all of it, from the first look to the outcome.',
        width: 12,
        queries: lettered(
          { expr: `sum by (action, success) (${DURATION}_count{${HELM}})` },
          {
            expr: `sum by (action, success) (${DURATION}_sum{${HELM}}) / sum by (action, success) (${DURATION}_count{${HELM}})`,
          },
        ),
        columns: [
          { from: 'action', title: 'Action' },
          { from: 'success', title: 'Went well' },
          { from: 'Value #A', title: 'Times' },
          { from: 'Value #B', title: 'Took on average', unit: 's' },
        ],
        sortBy: 'Times',
      }),
    ],
  };
}

/** What stands for a number. */
function words(meanings: Readonly<Record<string, readonly [text: string, colour: Colour]>>): ValueMapping {
  const options = Object.entries(meanings).map(([value, [text, color]], index) => [
    value,
    { text, color, index },
  ]);
  return { type: MappingType.ValueToText, options: Object.fromEntries(options) as Record<string, object> };
}
