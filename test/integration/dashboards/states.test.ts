import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { fleet } from '../../../hack/dashboards/fleet/fleet.ts';
import { type ShownDashboard, withVariables } from '../../../hack/dashboards/shown.ts';
import { tool } from '../../../hack/testenv/testenv.ts';
import { run } from '../../support/run.ts';

type Labels = Readonly<Record<string, string>>;

/** What each release in some state is told of by. */
const SERIES: Readonly<
  Record<string, readonly (readonly [metric: string, labels: Labels, value: number])[]>
> = {
  ready: [['helmrelease_ready', {}, 1]],
  'ready again after a rollback': [
    ['helmrelease_ready', {}, 1],
    ['helmrelease_condition', { type: 'RolledBack', status: 'False' }, 1],
  ],
  'at work': [['helmrelease_ready', {}, 0]],
  failing: [
    ['helmrelease_ready', {}, 0],
    ['helmrelease_failure_info', { step: 'chart', reason: 'ChartUnavailable' }, 1],
    ['helmrelease_failing_since_timestamp_seconds', {}, 60],
  ],
  'rolled back': [
    ['helmrelease_ready', {}, 0],
    ['helmrelease_condition', { type: 'RolledBack', status: 'True' }, 1],
    ['helmrelease_failure_info', { step: 'wait', reason: 'RolledBack' }, 1],
    ['helmrelease_failing_since_timestamp_seconds', {}, 100],
  ],
  'suspended while it failed': [
    ['helmrelease_ready', {}, 0],
    ['helmrelease_suspended', {}, 1],
    ['helmrelease_failure_info', { step: 'install', reason: 'InstallFailed' }, 1],
    ['helmrelease_failing_since_timestamp_seconds', {}, 0],
  ],
  'suspended while it was ready': [
    ['helmrelease_ready', {}, 1],
    ['helmrelease_suspended', {}, 1],
  ],
};
/** Of seven releases, each of which two replicas tell of; at 180 s. */
const SHOWN: Readonly<Record<string, number>> = {
  HelmReleases: 7,
  Ready: 2,
  Failing: 1,
  'Rolled back': 1,
  'At work': 1,
  Suspended: 2,
  'Oldest failure': 120,
};

describe('the dashboard Fleet', function () {
  this.timeout(20_000);

  it('counts each HelmRelease once, in one state, however many replicas tell of it', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'fleet-'));
    try {
      const file = join(dir, 'test.yaml');
      // JSON is YAML.
      await writeFile(
        file,
        JSON.stringify({ tests: [{ interval: '1m', input_series: input(), promql_expr_test: wanted() }] }),
      );

      await run(await tool('promtool'), ['test', 'rules', file]);
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});

function input(): readonly object[] {
  return Object.entries(SERIES).flatMap(([name, told]) =>
    ['one', 'two'].flatMap((instance) =>
      told.map(([metric, labels, value]) => ({
        series: `${metric}${braces({ namespace: 'apps', name, instance, ...labels })}`,
        values: `${String(value)}x5`,
      })),
    ),
  );
}

function wanted(): readonly object[] {
  const { panels } = JSON.parse(JSON.stringify(fleet())) as ShownDashboard;
  return Object.entries(SHOWN).map(([title, value]) => {
    const query = panels.find((panel) => panel.title === title)?.targets?.[0];
    if (query === undefined) throw new Error(`there is no panel ${title}`);
    return {
      expr: withVariables(query.expr, { namespace: 'apps|others' }),
      ...{ eval_time: '3m', exp_samples: [{ labels: '{}', value }] },
    };
  });
}

function braces(labels: Labels): string {
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')}}`;
}
