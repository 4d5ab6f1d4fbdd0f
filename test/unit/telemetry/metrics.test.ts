import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { createMetrics, type Metrics } from '../../../src/telemetry/metrics.ts';
import type { ReleaseSnapshot, SyncSnapshot } from '../../../src/telemetry/metrics/sources.ts';
import { type Exposition, parseExposition } from './parse-exposition.ts';

const podinfo: ReleaseSnapshot = {
  namespace: 'team-a',
  name: 'podinfo',
  releaseName: 'team-a-podinfo',
  targetNamespace: 'apps',
  owner: true,
  suspended: false,
  phase: 'RolledBack',
  conditions: [
    { type: 'Released', status: 'False' },
    { type: 'Deployed', status: 'Unknown' },
    { type: 'RolledBack', status: 'True' },
    { type: 'Ready', status: 'True' },
  ],
  deployed: {
    revision: 7,
    chart: 'podinfo',
    version: '6.1.0',
    appVersion: '6.1',
    sourceRevision: '0123456789abcdef0123456789abcdef01234567',
  },
  lastAction: { action: 'rollback', success: true, seconds: 12.5, finishedAt: 1_767_225_600 },
  failure: { step: 'wait', reason: 'NotReady', attempts: 3, since: 1_767_225_000 },
};
const at = { namespace: 'team-a', name: 'podinfo' };
const target = { target_namespace: 'apps', release_name: 'team-a-podinfo' };

async function scrape(metrics: Metrics): Promise<Exposition> {
  return parseExposition(await metrics.text());
}

describe('metrics of releases', () => {
  it('defect 5: show each condition of a release with its own value under the name of Helm Operator', async () => {
    const metrics = createMetrics();
    metrics.readFrom({ releases: () => [podinfo] });

    const { value } = await scrape(metrics);

    const condition = (name: string): number | undefined =>
      value('flux_helm_operator_release_condition_info', { ...target, condition: name });
    expect(condition('Released')).to.equal(-1);
    expect(condition('Deployed')).to.equal(0);
    expect(condition('RolledBack')).to.equal(1);
    expect(condition('Tested')).to.equal(undefined);
  });

  it('tell whether it is ready, in which phase, what is deployed and how the last action went', async () => {
    const metrics = createMetrics();
    metrics.readFrom({ releases: () => [podinfo] });

    const { value, named } = await scrape(metrics);

    expect(value('helmrelease_ready', at)).to.equal(1);
    expect(value('helmrelease_suspended', at)).to.equal(0);
    expect(value('helmrelease_phase', { ...at, phase: 'RolledBack' })).to.equal(1);
    expect(value('helmrelease_condition', { ...at, type: 'Released', status: 'False' })).to.equal(1);
    expect(named('helmrelease_condition')).to.have.length(4);
    expect(value('helmrelease_revision', at)).to.equal(7);
    expect(value('helmrelease_last_action_success', { ...at, action: 'rollback' })).to.equal(1);
    expect(value('helmrelease_last_action_duration_seconds', { ...at, action: 'rollback' })).to.equal(12.5);
    expect(value('helmrelease_last_action_timestamp_seconds', { ...at, action: 'rollback' })).to.equal(
      1_767_225_600,
    );
    expect(value('helmrelease_failure_info', { ...at, step: 'wait', reason: 'NotReady' })).to.equal(1);
    expect(value('helmrelease_failure_attempts', at)).to.equal(3);
    expect(value('helmrelease_failing_since_timestamp_seconds', at)).to.equal(1_767_225_000);
    expect(named('helmrelease_info')[0]?.labels).to.deep.equal({
      ...at,
      release: 'team-a-podinfo',
      target_namespace: 'apps',
      chart: 'podinfo',
      version: '6.1.0',
      app_version: '6.1',
      source_revision: '0123456789abcdef0123456789abcdef01234567',
    });
  });

  it('follow the release, so that neither its old state nor a deleted release stays', async () => {
    const metrics = createMetrics();
    let releases: readonly ReleaseSnapshot[] = [podinfo];
    metrics.readFrom({ releases: () => releases });
    await scrape(metrics);

    releases = [{ ...podinfo, phase: 'Succeeded', conditions: [{ type: 'Ready', status: 'False' }] }];
    const changed = await scrape(metrics);
    releases = [];
    const gone = await scrape(metrics);

    expect(changed.named('helmrelease_phase').map(({ labels }) => labels['phase'])).to.deep.equal([
      'Succeeded',
    ]);
    expect(changed.value('helmrelease_ready', at)).to.equal(0);
    expect(gone.series.filter(({ labels }) => JSON.stringify(labels).includes('podinfo'))).to.deep.equal([]);
    expect(gone.value('flux_helm_operator_release_count')).to.equal(0);
  });

  it('give no number where there is nothing deployed and nothing was done', async () => {
    const metrics = createMetrics();
    const fresh = {
      ...podinfo,
      phase: undefined,
      conditions: [],
      deployed: undefined,
      lastAction: undefined,
      failure: undefined,
    };
    metrics.readFrom({ releases: () => [fresh] });

    const { value, named } = await scrape(metrics);

    expect(value('helmrelease_ready', at)).to.equal(0);
    for (const name of [
      ...['phase', 'revision', 'last_action_success', 'last_action_duration_seconds'],
      ...['last_action_timestamp_seconds', 'failure_info', 'failing_since_timestamp_seconds'],
    ]) {
      expect(named(`helmrelease_${name}`), name).to.deep.equal([]);
    }
    expect(named('helmrelease_info')[0]?.labels['version']).to.equal('');
  });

  it('show only the owner of a release under labels that cannot tell two claimants apart', async () => {
    const metrics = createMetrics();
    const second = {
      ...podinfo,
      name: 'other',
      owner: false,
      conditions: [{ type: 'Ready', status: 'False' }],
    };
    metrics.readFrom({ releases: () => [podinfo, second] });

    const { value, named } = await scrape(metrics);

    expect(named('flux_helm_operator_release_condition_info')).to.have.length(podinfo.conditions.length);
    expect(value('helmrelease_ready', { ...at, name: 'other' })).to.equal(0);
    expect(value('flux_helm_operator_release_count')).to.equal(2);
  });

  it('stay valid while a release is handed over and both claimants take themselves for the owner', async () => {
    const metrics = createMetrics();
    metrics.readFrom({ releases: () => [podinfo, { ...podinfo, name: 'other' }] });

    const { named } = await scrape(metrics);

    expect(named('flux_helm_operator_release_condition_info')).to.have.length(podinfo.conditions.length);
  });

  it('count failures and rollbacks from zero on, until the release is forgotten', async () => {
    const metrics = createMetrics();
    let releases = [podinfo, { ...podinfo, name: 'calm', releaseName: 'calm' }];
    metrics.readFrom({ releases: () => releases });
    metrics.releaseFailed(at);
    metrics.releaseFailed(at);
    metrics.releaseRolledBack(at);

    const before = await scrape(metrics);
    metrics.forgetRelease({ ...at, targetNamespace: 'apps', releaseName: 'team-a-podinfo' });
    releases = [];
    await scrape(metrics);
    releases = [podinfo];
    const after = await scrape(metrics);

    expect(before.value('helmrelease_failures_total', at)).to.equal(2);
    expect(before.value('helmrelease_rollbacks_total', at)).to.equal(1);
    expect(before.value('helmrelease_failures_total', { ...at, name: 'calm' })).to.equal(0);
    expect(after.value('helmrelease_failures_total', at)).to.equal(0);
  });

  it('survive names and versions with quotes, line feeds and too many characters', async () => {
    const metrics = createMetrics();
    const appVersion = 'a "quoted" \\ back\nslash';
    const deployed = {
      revision: 1,
      chart: 'x'.repeat(5_000),
      version: '1.0.0',
      appVersion,
      sourceRevision: '1',
    };
    metrics.readFrom({ releases: () => [{ ...podinfo, deployed }] });

    const [info] = (await scrape(metrics)).named('helmrelease_info');

    expect(info?.labels['app_version']).to.equal(appVersion);
    expect(info?.labels['chart']).to.have.length.below(250);
  });
});

describe('durations of actions', () => {
  const end = { targetNamespace: 'apps', releaseName: 'team-a-podinfo', success: true };

  it('have the labels and buckets of Helm Operator, the deprecated histograms too', async () => {
    const metrics = createMetrics();
    metrics.actionEnded({ ...end, action: 'sync', seconds: 7 });
    metrics.actionEnded({ ...end, action: 'upgrade', seconds: 6.5 });
    metrics.actionEnded({ ...end, action: 'upgrade', success: false, seconds: 4000 });

    const { value, types } = await scrape(metrics);

    const name = 'flux_helm_operator_release_action_duration_seconds';
    const sync = { action: 'sync', success: 'true', ...target };
    expect(value(`${name}_sum`, sync)).to.equal(7);
    const bounds = ['1', '5', '10', '30', '60', '120', '180', '300', '600', '1800', '+Inf'];
    expect(bounds.map((le) => value(`${name}_bucket`, { ...sync, le }))).to.deep.equal([
      ...[0, 0, 1, 1, 1, 1],
      ...[1, 1, 1, 1, 1],
    ]);
    const failed = { action: 'upgrade', success: 'false', ...target };
    expect(value(`${name}_bucket`, { ...failed, le: '1800' })).to.equal(0);
    expect(value(`${name}_count`, failed)).to.equal(1);

    const old = { success: 'true', namespace: 'apps', release_name: 'team-a-podinfo' };
    expect(value('flux_helm_operator_release_duration_seconds_sum', old)).to.equal(7);
    const phases = 'flux_helm_operator_release_phase_duration_seconds';
    expect(value(`${phases}_sum`, { ...old, action: 'upgrade' })).to.equal(6.5);
    expect(value(`${phases}_sum`, { ...old, action: 'sync' })).to.equal(undefined);
    expect(types.get(name)).to.equal('histogram');
  });

  it('add up, and go away with their release', async () => {
    const metrics = createMetrics();
    for (const seconds of [0.5, 1, 1.5]) metrics.actionEnded({ ...end, action: 'install', seconds });
    metrics.actionEnded({ ...end, releaseName: 'stays', action: 'install', seconds: 1 });

    const before = await scrape(metrics);
    metrics.forgetRelease({ ...at, targetNamespace: 'apps', releaseName: 'team-a-podinfo' });
    const after = await scrape(metrics);

    const name = 'flux_helm_operator_release_action_duration_seconds';
    const labels = { action: 'install', success: 'true', ...target };
    expect(before.value(`${name}_count`, labels)).to.equal(3);
    expect(before.value(`${name}_sum`, labels)).to.equal(3);
    expect(before.value(`${name}_bucket`, { ...labels, le: '1' })).to.equal(2);
    expect(new Set(after.named(`${name}_count`).map((one) => one.labels['release_name']))).to.deep.equal(
      new Set(['stays']),
    );
  });
});

describe('forgetting a release', () => {
  const gone = { ...at, targetNamespace: 'apps', releaseName: 'team-a-podinfo' };
  const action = { ...gone, action: 'sync', success: true, seconds: 1 } as const;
  const count = async (metrics: Metrics): Promise<number> =>
    (await scrape(metrics)).named('flux_helm_operator_release_action_duration_seconds_count').length;

  it('takes away what the pass that ended it reports afterwards', async () => {
    const metrics = createMetrics();

    metrics.forgetRelease(gone);
    metrics.actionEnded(action);
    metrics.releaseFailed(at);

    expect(await count(metrics)).to.equal(0);
    metrics.readFrom({ releases: () => [podinfo] });
    expect((await scrape(metrics)).value('helmrelease_failures_total', at)).to.equal(0);
  });

  it('leaves what belongs to another HelmRelease that has the same Helm release', async () => {
    const metrics = createMetrics();
    metrics.readFrom({ releases: () => [{ ...podinfo, name: 'owner' }] });
    metrics.actionEnded(action);

    metrics.forgetRelease(gone);

    expect(await count(metrics)).to.equal(1);
  });

  it('is put off while the HelmRelease is still or again there', async () => {
    const metrics = createMetrics();
    let releases = [podinfo];
    metrics.readFrom({ releases: () => releases });
    metrics.actionEnded(action);

    metrics.forgetRelease(gone);

    expect(await count(metrics)).to.equal(1);
    releases = [];
    expect(await count(metrics)).to.equal(0);
  });

  it('keeps nothing of thousands of releases even if nobody scrapes', async () => {
    const metrics = createMetrics();
    for (let n = 0; n < 2_000; n++) {
      metrics.actionEnded({ ...action, releaseName: `r${n}` });
      metrics.forgetRelease({ ...gone, name: `r${n}`, releaseName: `r${n}` });
    }
    metrics.actionEnded(action);

    expect(await count(metrics)).to.equal(1);
  });
});

describe('metrics of GitSyncs', () => {
  const shop: SyncSnapshot = {
    namespace: 'shop',
    name: 'apps',
    ready: true,
    suspended: false,
    appliedAt: 1_767_225_600,
    objects: 12,
    heldPrunes: 7,
  };
  const of = { namespace: 'shop', name: 'apps' };
  const name = (short: string): string => `helm_release_operator_gitsync_${short}`;

  it('tell of each whether it is ready, since when what is applied, and how many objects it keeps', async () => {
    const metrics = createMetrics();
    const fresh = { ...shop, name: 'fresh', ready: false, suspended: true, appliedAt: undefined };
    metrics.readFrom({ syncs: () => [shop, fresh] });

    const { value, named } = await scrape(metrics);

    expect(value(name('ready'), of)).to.equal(1);
    expect(value(name('suspended'), of)).to.equal(0);
    expect(value(name('applied_timestamp_seconds'), of)).to.equal(1_767_225_600);
    expect(value(name('objects'), of)).to.equal(12);
    expect(value(name('held_prunes'), of)).to.equal(7);
    expect(value(name('ready'), { ...of, name: 'fresh' })).to.equal(0);
    expect(value(name('suspended'), { ...of, name: 'fresh' })).to.equal(1);
    expect(named(name('applied_timestamp_seconds'))).to.have.length(1);
  });

  it('count what was put back from zero on, until the GitSync is forgotten', async () => {
    const metrics = createMetrics();
    metrics.readFrom({ syncs: () => [shop, { ...shop, name: 'calm' }] });
    metrics.syncCorrected(of, 2);
    metrics.syncCorrected(of, 1);

    const before = await scrape(metrics);
    metrics.forgetSync(of);
    const after = await scrape(metrics);

    expect(before.value(name('corrections_total'), of)).to.equal(3);
    expect(before.value(name('corrections_total'), { ...of, name: 'calm' })).to.equal(0);
    expect(after.value(name('corrections_total'), of)).to.equal(0);
  });

  it('are nothing more of one that is gone', async () => {
    const metrics = createMetrics();
    let syncs = [shop];
    metrics.readFrom({ syncs: () => syncs });
    metrics.syncCorrected(of, 2);
    expect((await scrape(metrics)).series.filter(({ labels }) => labels['name'] === 'apps')).to.have.length(
      6,
    );

    syncs = [];

    expect((await scrape(metrics)).series.filter(({ labels }) => labels['name'] === 'apps')).to.deep.equal(
      [],
    );
  });

  it('count and time passes by how they ended, and webhooks by type and result', async () => {
    const metrics = createMetrics();
    metrics.syncPassEnded({ outcome: 'retry', seconds: 0.2 });
    metrics.webhookEnded({ sender: 'github', result: 'accepted' });
    metrics.webhookEnded({ sender: 'unknown', result: 'refused' });
    metrics.webhookEnded({ sender: 'unknown', result: 'refused' });

    const { value } = await scrape(metrics);

    expect(value(name('passes_total'), { outcome: 'retry' })).to.equal(1);
    expect(value(name('passes_total'), { outcome: 'wait' })).to.equal(0);
    expect(value(name('pass_duration_seconds_sum'), { outcome: 'retry' })).to.equal(0.2);
    const webhooks = 'helm_release_operator_webhooks_total';
    expect(value(webhooks, { sender: 'github', result: 'accepted' })).to.equal(1);
    expect(value(webhooks, { sender: 'unknown', result: 'refused' })).to.equal(2);
  });
});

describe('metrics of the operator', () => {
  it('are complete and valid before anything has happened', async () => {
    const { value, types } = await scrape(createMetrics());

    expect(value('flux_git_ready')).to.equal(1);
    expect(value('flux_helm_operator_release_queue_length_count')).to.equal(0);
    expect(value('helm_release_operator_helm_processes_started_total', { verb: 'upgrade' })).to.equal(0);
    for (const name of types.keys()) {
      expect(name).to.match(/^(flux_(helm_operator|git)_|helmrelease_|helm_release_operator_)[a-z_]+[a-z]$/);
      expect(name.endsWith('_total'), name).to.equal(types.get(name) === 'counter');
    }
  });

  it('read queue, helm slots, chart sources and informers at the scrape', async () => {
    const metrics = createMetrics();
    metrics.readFrom({
      queue: () => ({ length: 3, oldestSeconds: 1.25, working: 6 }),
      helm: () => [
        { pool: 'slow', running: 2, waiting: 5, slots: 4 },
        { pool: 'package', running: 2, waiting: 9, slots: 4 },
      ],
      chartSources: () => [
        { kind: 'git', count: 4, failing: 1, oldestSeconds: 301 },
        { kind: 'oci', count: 1, failing: 0, oldestSeconds: 9 },
      ],
      informers: () => [{ resource: 'helmreleases', objects: 50, connected: false }],
      chartStore: () => ({ charts: 3, bytes: 4_096, hits: 90, misses: 5, receivedBytes: 70_000 }),
    });

    const { value } = await scrape(metrics);

    const own = (name: string, labels = {}): number | undefined =>
      value(`helm_release_operator_${name}`, labels);
    expect(value('flux_helm_operator_release_queue_length_count')).to.equal(8);
    expect(own('queue_length')).to.equal(3);
    expect(own('queue_oldest_seconds')).to.equal(1.25);
    expect(own('passes_running')).to.equal(6);
    expect(own('chart_store_charts')).to.equal(3);
    expect(own('chart_store_bytes')).to.equal(4_096);
    expect(own('chart_store_requests_total', { result: 'hit' })).to.equal(90);
    expect(own('chart_store_requests_total', { result: 'miss' })).to.equal(5);
    expect(own('chart_received_bytes_total')).to.equal(70_000);
    expect(own('helm_slots', { pool: 'slow' })).to.equal(4);
    expect(own('helm_processes_running', { pool: 'slow' })).to.equal(2);
    expect(own('helm_processes_waiting', { pool: 'slow' })).to.equal(5);
    expect(own('chart_sources', { kind: 'git' })).to.equal(4);
    expect(own('chart_sources_failing', { kind: 'git' })).to.equal(1);
    expect(own('chart_source_oldest_seconds', { kind: 'oci' })).to.equal(9);
    expect(own('informer_objects', { resource: 'helmreleases' })).to.equal(50);
    expect(own('informer_connected', { resource: 'helmreleases' })).to.equal(0);
    expect(value('flux_git_ready')).to.equal(0);
  });

  it('count passes, helm runs, fetches and requests by what came of them', async () => {
    const metrics = createMetrics();
    metrics.passEnded({ outcome: 'retry', seconds: 0.2 });
    metrics.helmStarted('upgrade');
    metrics.helmEnded({ verb: 'upgrade', ok: false, seconds: 2 });
    metrics.chartFetched({ kind: 'git', ok: true, seconds: 0.3 });
    metrics.chartFetched({ kind: 'git', ok: false, seconds: 20 });
    metrics.kubeRequested({ verb: 'get', resource: 'secrets', code: 404, seconds: 0.01 });
    metrics.kubeRequested({ verb: 'get', resource: 'secrets', code: undefined, seconds: 30 });
    metrics.relisted('secrets');
    metrics.watchRestarted('secrets');

    const { value } = await scrape(metrics);

    const own = (name: string, labels = {}): number | undefined =>
      value(`helm_release_operator_${name}`, labels);
    expect(own('pass_duration_seconds_sum', { outcome: 'retry' })).to.equal(0.2);
    expect(own('helm_processes_started_total', { verb: 'upgrade' })).to.equal(1);
    expect(own('helm_process_duration_seconds_sum', { verb: 'upgrade', result: 'error' })).to.equal(2);
    expect(own('chart_fetches_total', { kind: 'git', result: 'ok' })).to.equal(1);
    expect(own('chart_fetches_total', { kind: 'git', result: 'error' })).to.equal(1);
    expect(own('chart_fetch_duration_seconds_count', { kind: 'git' })).to.equal(2);
    expect(own('kube_requests_total', { verb: 'get', resource: 'secrets', code: '404' })).to.equal(1);
    expect(own('kube_requests_total', { verb: 'get', resource: 'secrets', code: 'error' })).to.equal(1);
    expect(own('informer_relists_total', { resource: 'secrets' })).to.equal(1);
    expect(own('informer_watch_restarts_total', { resource: 'secrets' })).to.equal(1);
  });

  it('count actions over all releases, each from zero on', async () => {
    const metrics = createMetrics();
    const before = await scrape(metrics);
    for (const success of [true, true, false])
      metrics.actionEnded({ ...podinfo, action: 'upgrade', success, seconds: 1 });
    metrics.actionEnded({ ...podinfo, action: 'sync', success: true, seconds: 1 });
    const after = await scrape(metrics);

    const name = 'helm_release_operator_actions_total';
    expect(before.named(name)).to.have.length(10);
    expect(before.value(name, { action: 'rollback', result: 'error' })).to.equal(0);
    expect(after.value(name, { action: 'upgrade', result: 'ok' })).to.equal(2);
    expect(after.value(name, { action: 'upgrade', result: 'error' })).to.equal(1);
    expect(after.named(name)).to.have.length(10);
  });

  it('share nothing between two registries', async () => {
    const [one, other] = [createMetrics(), createMetrics()];

    one.relisted('secrets');

    expect((await scrape(other)).named('helm_release_operator_informer_relists_total')).to.deep.equal([]);
  });

  it('come in pieces that other work can get between, whole even while releases are forgotten', async () => {
    const metrics = createMetrics();
    const releases = Array.from({ length: 500 }, (_, n) => ({
      ...podinfo,
      name: `r${String(n)}`,
      releaseName: `r${String(n)}`,
    }));
    metrics.readFrom({ releases: () => releases });
    for (const release of releases)
      metrics.actionEnded({ ...release, action: 'sync', success: true, seconds: 1 });
    let turns = 0;
    const turn = setInterval(() => turns++, 0);

    let text = '';
    let longest = 0;
    for await (const piece of metrics.exposition()) {
      text += piece;
      longest = Math.max(longest, piece.length);
      if (text.length === piece.length) metrics.forgetRelease({ ...podinfo, releaseName: 'r499' });
    }
    clearInterval(turn);

    expect(parseExposition(text).named('helmrelease_ready')).to.have.length(500);
    expect(longest).to.be.below(80_000);
    expect(turns).to.be.above(0);
  });
});

describe('the exposition', () => {
  it('has for promtool no fault but the names that are kept from Helm Operator and those of Node', async () => {
    const metrics = createMetrics({ process: true });
    metrics.readFrom({ releases: () => [podinfo] });
    metrics.actionEnded({ ...podinfo, action: 'sync', success: true, seconds: 1 });
    metrics.passEnded({ outcome: 'done', seconds: 1 });

    const { error, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: await metrics.text(),
      encoding: 'utf8',
    });

    expect(error, 'promtool comes with hack/debian.sh').to.equal(undefined);
    const faults = stderr.trim().split('\n');
    expect(faults.filter((fault) => !/^(flux_helm_operator_|nodejs_active_)/.test(fault))).to.deep.equal([]);
    expect(faults).to.have.length(5);
  });
});

describe('metrics of the process', () => {
  it('tell of memory, processor time and the lag of the event loop', async () => {
    const { named } = await scrape(createMetrics({ process: true }));

    for (const name of [
      'process_resident_memory_bytes',
      'process_cpu_seconds_total',
      'nodejs_eventloop_lag_seconds',
    ]) {
      expect(named(name), name).to.have.length(1);
    }
  });
});
