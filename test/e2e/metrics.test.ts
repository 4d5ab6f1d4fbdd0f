import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { tool } from '../../hack/testenv/testenv.ts';
import type { HelmRelease } from '../../src/api/helm-release.ts';
import { eventually } from '../support/eventually.ts';
import { parseExposition } from '../unit/telemetry/parse-exposition.ts';
import type { Exposition } from '../unit/telemetry/parse-exposition.ts';
import { askDashboards, expectComplete, record } from './dashboards.ts';
import {
  expectFleet,
  expectOldDashboard,
  expectOperator,
  expectRelease,
  expectSettled,
  SHOP,
  shopReleases,
  shopSyncs,
  VARIABLES,
} from './dashboards-shown.ts';
import { expectReady, openBench } from './bench.ts';
import type { Bench } from './bench.ts';
import { startPrometheus } from './prometheus.ts';
import { eventsOf } from './trouble.ts';
import type { Prometheus } from './prometheus.ts';
import { conditionOf, webRelease } from './world.ts';

const NAMESPACE = 'metrics';
const WEB = { namespace: NAMESPACE, name: 'web' };
const TARGET = { target_namespace: NAMESPACE, release_name: 'metrics-web' };
const POD = 'testenv.helm-release-operator.io/pod';
/** The alert rules of 1.4.4's documentation, as people have them. */
const RULES = [
  {
    alert: 'HelmOperatorLowThroughput',
    expr: 'flux_helm_operator_release_queue_length_count > 0',
    for: '30m',
  },
  {
    alert: 'HelmReleaseRolledBack',
    expr: 'flux_helm_operator_release_condition_info{condition="RolledBack"} == 1',
  },
  {
    alert: 'HelmReleaseError',
    expr: 'flux_helm_operator_release_condition_info{condition="Released"} == -1',
  },
] as const;
/** Every query of 1.4.4's dashboard. */
const DASHBOARD = {
  synced: 'flux_helm_operator_release_count{}',
  duration: 'delta(flux_helm_operator_release_action_duration_seconds_sum{action="sync"}[5m]) > 0',
  notSynced: 'flux_helm_operator_release_queue_length_count{}',
  released: 'flux_helm_operator_release_condition_info{condition="Released"} == 1',
  failed: 'flux_helm_operator_release_condition_info{condition="Released"} == -1',
  rolledBack: 'flux_helm_operator_release_condition_info{condition="RolledBack"} == 1',
} as const;
const NEVER_READY = { podAnnotations: { [POD]: 'never-ready' } };
const CANNOT_BE_DELETED = { hook: { on: ['pre-delete'], podLabels: { [POD]: 'runs' } } };
const VALUES: Readonly<Record<string, number>> = { True: 1, Unknown: 0, False: -1 };

describe('what the operator tells by HTTP', function () {
  this.timeout(60_000);
  let bench: Bench;
  let prometheus: Prometheus;
  let begun: number;

  before(async () => {
    // One at a time, so that a release that waits for its turn can be seen.
    const flags = ['--git-poll-interval=1h', '--workers=1', '--inspect-listen=:0'];
    bench = await openBench({ namespace: NAMESPACE, operator: { flags } });
    prometheus = await startPrometheus(bench.operator.port, RULES);
    begun = performance.now();
  });
  after(async () => {
    await (prometheus as Prometheus | undefined)?.[Symbol.asyncDispose]();
    await bench[Symbol.asyncDispose]();
  });

  const text = async (): Promise<string> => (await bench.operator.get('/metrics')).body;
  const scrape = async (): Promise<Exposition> => parseExposition(await text());
  const applied = (values: Readonly<Record<string, unknown>>): Promise<void> =>
    bench.apply(
      webRelease(bench.world, NAMESPACE, 'web', {
        wait: true,
        timeout: 3,
        rollback: { enable: true },
        values,
      }),
    );
  const until = (check: (release: HelmRelease) => void): Promise<HelmRelease> =>
    bench.world.until(NAMESPACE, 'web', check);
  /** The true value of each condition that the status has, and of no other, under the name and labels of 1.4.4. */
  const expectConditions = async ({ status }: HelmRelease): Promise<void> => {
    const conditions = status?.conditions ?? [];
    const metrics = await scrape();
    const shown = metrics.named('flux_helm_operator_release_condition_info');
    expect(shown.map(({ labels, value }) => ({ labels, value }))).to.have.deep.members(
      conditions.map(({ type, status: state }) => ({
        labels: { ...TARGET, condition: type },
        value: VALUES[state],
      })),
    );
    const ours = metrics.named('helmrelease_condition').filter(({ labels }) => labels['name'] === 'web');
    expect(ours.map(({ labels, value }) => ({ labels, value }))).to.have.deep.members(
      conditions.map(({ type, status: state }) => ({ labels: { ...WEB, type, status: state }, value: 1 })),
    );
  };
  /** What the dashboard shows, and which alerts there are; who scrapes sees it a moment later. */
  const expectShown = (
    shown: Readonly<Partial<Record<keyof typeof DASHBOARD, readonly unknown[]>>>,
    alerts: readonly string[],
  ): Promise<void> =>
    eventually(async () => {
      for (const [panel, rows] of Object.entries(shown)) {
        const samples = await prometheus.query(DASHBOARD[panel as keyof typeof DASHBOARD]);
        expect(
          [...new Set(samples.map(({ labels, value }) => labels['release_name'] ?? value))],
          panel,
        ).to.deep.equal(rows);
      }
      const found = (await prometheus.alerts()).map(
        ({ labels, state }) => `${labels['alertname'] ?? ''} ${state}`,
      );
      expect(found).to.have.members(alerts);
    }, 10_000);
  const countOf = ({ value }: Exposition, action: string, success: boolean): number | undefined =>
    value('flux_helm_operator_release_action_duration_seconds_count', {
      ...TARGET,
      action,
      success: String(success),
    });

  it('is that it lives, is ready, and has no release yet', async () => {
    const { operator } = bench;
    expect(await operator.get('/healthz')).to.deep.equal({ status: 200, body: 'OK' });
    const { status, body } = await operator.get('/readyz');
    expect(status).to.equal(200);
    expect(JSON.parse(body)).to.deep.include({ ready: true });
    expect((await scrape()).value('flux_helm_operator_release_count')).to.equal(0);
  });

  it("is nothing of Node's inspector, which has an address of its own on loopback", async () => {
    const { operator } = bench;
    const [, address = ''] =
      /"the inspector listens","address":"(127\.0\.0\.1:\d+)"/.exec(operator.log()) ?? [];
    const targets = await (await fetch(`http://${address}/json/list`)).json();
    expect(targets).to.have.length(1);

    for (const path of ['/json/list', '/json/version'])
      expect((await operator.get(path)).status, path).to.equal(404);
    const { status, body } = await operator.get('/debug/pprof/heap');
    expect(status).to.equal(404);
    expect(body).to.include('there is no profiler on this port');
  });

  it('is a release that was installed', async () => {
    await applied({});
    const release = await bench.untilReady('web');

    await expectConditions(release);
    expect(bench.operator.log()).to.include(
      '"component":"gitchartsync","info":"started mirroring new remote"',
    );
    const metrics = await scrape();
    expect(metrics.value('flux_helm_operator_release_count')).to.equal(1);
    expect(metrics.value('flux_git_ready')).to.equal(1);
    expect(countOf(metrics, 'install', true)).to.equal(1);
    expect(metrics.value('helmrelease_ready', WEB)).to.equal(1);
    expect(metrics.value('helmrelease_phase', { ...WEB, phase: 'Succeeded' })).to.equal(1);
    expect(metrics.value('helmrelease_revision', WEB)).to.equal(1);
    expect(metrics.value('helmrelease_last_action_success', { ...WEB, action: 'install' })).to.equal(1);
    expect(metrics.named('helmrelease_info').map(({ labels }) => labels)).to.deep.equal([
      {
        ...WEB,
        release: 'metrics-web',
        target_namespace: NAMESPACE,
        chart: 'web',
        version: '0.1.0',
        app_version: '1.0',
        source_revision: release.status?.revision,
      },
    ]);
    // The pass ends only after status has told of it.
    await eventually(async () => {
      expect(countOf(await scrape(), 'sync', true)).to.be.at.least(1);
    });
  });

  it('is of the owner alone where two claim one release', async () => {
    const { apply, world, operator } = bench;
    await apply(webRelease(world, NAMESPACE, 'rival', { releaseName: 'metrics-web' }));
    await world.until(NAMESPACE, 'rival', (rival) => {
      expect(conditionOf(rival, 'Stalled').reason).to.equal('ReleaseTaken');
    });

    await expectConditions(await world.release(NAMESPACE, 'web'));
    const stalled = { namespace: NAMESPACE, name: 'rival', type: 'Stalled', status: 'True' };
    expect(await operator.metric('helmrelease_condition', stalled)).to.equal(1);
    expect(await operator.metric('flux_helm_operator_release_count')).to.equal(2);

    await world.cluster.kubectl('delete', 'hr', 'rival', '-n', NAMESPACE, '--timeout=30s');
    expect(await world.revisions(NAMESPACE, 'metrics-web')).to.have.length(1);
  });

  it('is shown by the dashboard of 1.4.4, and no alert of its', async () => {
    await expectShown(
      { synced: [1], notSynced: [0], released: ['metrics-web'], failed: [], rolledBack: [] },
      [],
    );
  });

  it('is a commit that was deployed within three seconds, because somebody posted to sync-git', async () => {
    const { world, operator } = bench;
    const commit = await world.commitChart({ 'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.2.0\n' });
    expect((await operator.get('/api/v1/sync-git')).status).to.equal(405);

    // Of many at once the first answers as fast as the last, and all are one.
    const answers = await Promise.all(Array.from({ length: 20 }, () => operator.post('/api/v1/sync-git')));

    expect(new Set(answers)).to.deep.equal(new Set([200]));
    await eventually(async () => {
      const stored = await world.revisions(NAMESPACE, 'metrics-web');
      expect(stored.map(({ revision, status }) => `${String(revision)} ${status}`)).to.deep.equal([
        '1 superseded',
        '2 deployed',
      ]);
    }, 3_000);
    const release = await until(({ status }) => {
      expect(status?.deployed).to.include({ revision: 2, sourceRevision: commit });
      expect(status?.phase).to.equal('Succeeded');
    });
    await expectConditions(release);
    const metrics = await scrape();
    expect(countOf(metrics, 'upgrade', true)).to.equal(1);
    expect(metrics.named('helmrelease_info')[0]?.labels).to.include({
      version: '0.2.0',
      source_revision: commit,
    });
    expect(metrics.value('helmrelease_failures_total', WEB)).to.equal(0);
  });

  it('is whether the Git repositories answer', async () => {
    const { world, operator } = bench;
    const untilGitReady = (value: number): Promise<void> =>
      eventually(async () => {
        expect(await operator.metric('flux_git_ready')).to.equal(value);
      });

    world.git.fail({ kind: 'status', code: 500 });
    await operator.post('/api/v1/sync-git');
    await untilGitReady(0);
    await until(({ status }) => {
      expect(status?.phase).to.equal('ChartFetchFailed');
    });

    world.git.fail(undefined);
    await operator.post('/api/v1/sync-git');
    await untilGitReady(1);
    const back = await bench.untilReady('web');
    expect(conditionOf(back, 'ChartFetched').status).to.equal('True');
    await expectConditions(back);
  });

  it('is an upgrade that failed and was rolled back', async () => {
    await applied(NEVER_READY);
    const release = await until(({ status }) => {
      expect(status?.phase).to.equal('RolledBack');
    });

    expect(conditionOf(release, 'Released').status).to.equal('False');
    expect(conditionOf(release, 'RolledBack').status).to.equal('True');
    await expectConditions(release);
    const metrics = await scrape();
    expect(countOf(metrics, 'upgrade', false)).to.equal(1);
    expect(countOf(metrics, 'rollback', true)).to.equal(1);
    const took = { ...TARGET, action: 'upgrade', success: 'false' };
    expect(metrics.value('flux_helm_operator_release_action_duration_seconds_sum', took)).to.be.within(2, 10);
    expect(metrics.value('helmrelease_failures_total', WEB)).to.equal(1);
    expect(metrics.value('helmrelease_rollbacks_total', WEB)).to.equal(1);
    expect(metrics.value('helmrelease_ready', WEB)).to.equal(0);
    expect(metrics.value('helmrelease_revision', WEB)).to.equal(4);
    expect(metrics.value('helmrelease_phase', { ...WEB, phase: 'RolledBack' })).to.equal(1);
    expect(metrics.value('helmrelease_last_action_success', { ...WEB, action: 'rollback' })).to.equal(1);
  });

  it('is what the dashboard shows and the alerts of 1.4.4 tell', async () => {
    const name = 'metrics-web';
    await expectShown(
      { duration: [name], notSynced: [0], released: [], failed: [name], rolledBack: [name] },
      ['HelmReleaseRolledBack firing', 'HelmReleaseError firing'],
    );
    const alert = (await prometheus.alerts()).find(
      ({ labels }) => labels['alertname'] === 'HelmReleaseError',
    );
    expect(alert?.labels).to.include(TARGET);
    // The wait until it was given up is part of it, the rollback too; the pass ends only after status has
    // told of it, and is scraped later still.
    await eventually(async () => {
      const [sync] = await prometheus.query(
        'flux_helm_operator_release_action_duration_seconds_sum{action="sync",success="false"}',
      );
      expect(sync?.labels).to.include(TARGET);
      const metrics = await scrape();
      const tookOf = (action: string, success: boolean): number =>
        metrics.value('flux_helm_operator_release_action_duration_seconds_sum', {
          ...TARGET,
          action,
          success: String(success),
        }) ?? NaN;
      // Both actions know their start from status, in whole seconds: each can seem up to one second longer.
      const atLeast = tookOf('upgrade', false) + tookOf('rollback', true) - 2;
      expect(sync?.value).to.be.within(atLeast, 15);
    }, 10_000);
  });

  it('is told by Events in the words of 1.4.4 too', async () => {
    const { metadata } = await bench.world.release(NAMESPACE, 'web');
    const told = (reason: string): Promise<readonly string[]> =>
      eventsOf(bench.world, metadata, reason).then((events) => events.map(({ message }) => message));

    expect(await told('ReleaseSynced')).to.deep.equal([
      "managed release 'metrics-web' in namespace 'metrics' synchronized",
    ]);
    const failed = "synchronization of release 'metrics-web' in namespace 'metrics' failed: ";
    const failures = await told('FailedReleaseSync');
    expect(failures.filter((message) => message.startsWith(failed))).to.have.length(failures.length);
    expect(failures.map((message) => message.slice(failed.length, failed.length + 40))).to.deep.equal([
      'failed to prepare chart for release: cha',
      'upgrade to revision 3 (web-0.2.0 (commit',
    ]);
  });

  it('has each observation under the deprecated names too', async () => {
    const metrics = await scrape();
    const old = { namespace: NAMESPACE, release_name: 'metrics-web' };
    const phase = (action: string, success: string): number | undefined =>
      metrics.value('flux_helm_operator_release_phase_duration_seconds_count', { ...old, action, success });
    expect(phase('install', 'true')).to.equal(1);
    expect(phase('upgrade', 'true')).to.equal(1);
    expect(phase('upgrade', 'false')).to.equal(1);
    expect(phase('rollback', 'true')).to.equal(1);
    expect(phase('sync', 'true')).to.equal(undefined);
    const whole = { ...old, success: 'false' };
    expect(metrics.value('flux_helm_operator_release_duration_seconds_count', whole)).to.equal(
      countOf(metrics, 'sync', false),
    );
  });

  it('is right in every query of the dashboards', async () => {
    const { world, apply, operator } = bench;
    await world.cluster.createNamespace(SHOP);
    await apply(...shopReleases(world), ...(await shopSyncs(world)));
    for (const name of ['cart', 'catalog']) await world.until(SHOP, name, expectReady);
    await world.until(SHOP, 'broken', ({ status }) => {
      expect(status?.failure?.step).to.equal('chart');
    });

    const shown = await eventually(async () => {
      const seconds = Math.ceil((performance.now() - begun) / 1_000);
      const all = await askDashboards(prometheus, VARIABLES, seconds);
      const file = process.env['DASHBOARDS_RECORD'];
      if (file !== undefined) await record(all, file);
      expectComplete(all);
      expectSettled(all);
      return all;
    }, 15_000);

    const took = await operator.metric('helmrelease_last_action_duration_seconds', {
      ...{ ...WEB, action: 'rollback' },
    });
    expectFleet(shown.fleet, took);
    expectRelease(shown.release, took);
    expectOperator(shown.operator);
    expectOldDashboard(shown['helm-operator']);
    const ended = (action: string, result: string): Promise<number> =>
      operator.metric('helm_release_operator_actions_total', { action, result });
    expect([
      await ended('install', 'ok'),
      await ended('upgrade', 'ok'),
      await ended('upgrade', 'error'),
      await ended('rollback', 'ok'),
      await ended('rollback', 'error'),
    ]).to.deep.equal([3, 1, 1, 1, 0]);

    await world.cluster.kubectl('delete', 'hr,gitsync', '--all', '-n', SHOP, '--timeout=30s');
  });

  it('has for promtool no fault but the names that are kept from Helm Operator and those of Node', async () => {
    const promtool = await tool('promtool');

    const { error, stderr } = spawnSync(promtool, ['check', 'metrics'], {
      input: await text(),
      encoding: 'utf8',
    });

    expect(error).to.equal(undefined);
    const faults = stderr.split('\n').filter((fault) => fault !== '');
    expect(faults.filter((fault) => !/^(flux_helm_operator_|nodejs_active_)/.test(fault))).to.deep.equal([]);
  });

  it('is an uninstall that failed, and nothing more once the way out was taken', async () => {
    const { world, operator, apply, untilReady } = bench;
    const { kubectl } = world.cluster;
    await apply(webRelease(world, NAMESPACE, 'stuck', { timeout: 5, values: CANNOT_BE_DELETED }));
    await untilReady('stuck');
    await kubectl('delete', 'hr', 'stuck', '-n', NAMESPACE, '--wait=false');
    await eventually(async () => {
      expect(
        await operator.metric('helm_release_operator_helm_processes_running', { pool: 'slow' }),
      ).to.equal(1);
    });
    await apply(webRelease(world, NAMESPACE, 'queued', { values: { hook: { on: ['pre-install'] } } }));
    await eventually(async () => {
      const low = (await prometheus.alerts()).filter(
        ({ labels }) => labels['alertname'] === 'HelmOperatorLowThroughput',
      );
      expect(low.map(({ state }) => state)).to.deep.equal(['pending']);
    });
    const { status } = await world.until(NAMESPACE, 'stuck', (release) => {
      expect(release.status?.failure?.step).to.equal('uninstall');
    });

    expect(status?.failure?.cause).to.include('keep the release, set spec.suspend to true');
    const failed = { release_name: 'metrics-stuck', action: 'uninstall', success: 'false' };
    const count = 'flux_helm_operator_release_action_duration_seconds_count';
    expect(await operator.metric(count, failed)).to.be.at.least(1);

    await kubectl('patch', 'hr', 'stuck', '-n', NAMESPACE, '--type=merge', '-p', '{"spec":{"suspend":true}}');
    await kubectl('wait', 'hr', 'stuck', '-n', NAMESPACE, '--for=delete', '--timeout=30s');
    await untilReady('queued');
    await kubectl('delete', 'hr', 'queued', '-n', NAMESPACE, '--timeout=30s');
    expect(await world.revisions(NAMESPACE, 'metrics-stuck')).to.have.length(1);
    expect(await operator.metric(count, failed)).to.equal(0);
  });

  it('is nothing more of a release that is deleted', async () => {
    const { kubectl } = bench.world.cluster;
    await kubectl('delete', 'helmreleases.helm.fluxcd.io', 'web', '-n', NAMESPACE, '--timeout=30s');

    await eventually(async () => {
      const { series } = await scrape();
      const left = series.filter(({ labels }) =>
        Object.values(labels).some((value) => value.includes('web')),
      );
      expect(left).to.deep.equal([]);
    });
    expect((await scrape()).value('flux_helm_operator_release_count')).to.equal(0);
    await expectShown({ synced: [0], notSynced: [0], released: [], failed: [], rolledBack: [] }, []);
  });
});
