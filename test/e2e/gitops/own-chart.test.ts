import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { HelmRelease } from '../../../src/api/helm-release.ts';
import { runCommand } from '../../support/operator-command.ts';
import { run } from '../../support/run.ts';
import { conditionOf } from '../world.ts';
import { type GitOps, openGitOps } from './gitops.ts';

const TEAM = 'team';
const TRAIL_COMMIT = 'gitops.helm-release-operator.io/commit';
const CHART_COMMIT = 'gitops.helm-release-operator.io/chart-commit';

/** A chart whose ConfigMap tells its own number and that of the values. */
const CHART = {
  'charts/pair/Chart.yaml': 'apiVersion: v2\nname: pair\nversion: 1.0.0\n',
  'charts/pair/templates/pair.yaml': [
    'apiVersion: v1',
    'kind: ConfigMap',
    'metadata: {name: "{{ .Release.Name }}"}',
    'data:',
    '  chart: {{ .Files.Get "number" | trim | quote }}',
    '  values: {{ .Values.number | quote }}',
    '',
  ].join('\n'),
};

describe('a chart in the commit of its manifest', function () {
  this.timeout(90_000);
  let ops: GitOps;

  before(async () => {
    ops = await openGitOps();
    await ops.openNamespace(TEAM);
  });
  after(async () => {
    await (ops as GitOps | undefined)?.[Symbol.asyncDispose]();
  });

  const release = (name: string, number: number, path = 'charts/pair'): string =>
    [
      'apiVersion: helm.fluxcd.io/v1',
      'kind: HelmRelease',
      `metadata: {name: ${name}}`,
      'spec:',
      `  releaseName: ${name}`,
      `  chart: {path: ${path}}`,
      `  values: {number: ${String(number)}}`,
      '',
    ].join('\n');
  /** The numbers of chart and values in each revision that Helm stores, oldest first. */
  const pairsOf = async (name: string): Promise<readonly string[]> => {
    const { helm, cluster } = ops.world;
    const stored = await ops.world.revisions(TEAM, name);
    return await Promise.all(
      stored.map(async ({ revision }) => {
        const where = ['-n', TEAM, `--revision=${String(revision)}`, `--kubeconfig=${cluster.kubeconfig}`];
        const manifest = await run(helm, ['get', 'manifest', name, ...where]);
        const [, chart = '?', values = '?'] = /chart: "(\d+)"\s+values: "(\d+)"/.exec(manifest) ?? [];
        return `${chart}-${values}`;
      }),
    );
  };
  const untilPair = (name: string, revision: number): Promise<HelmRelease> =>
    ops.world.until(TEAM, name, (found) => {
      expect(found.status?.deployed?.revision).to.equal(revision);
      expect(conditionOf(found, 'Ready').status).to.equal('True');
    });

  it('moves chart and values together', async () => {
    const numbered = (number: number): Record<string, string> => ({
      'charts/pair/number': String(number),
      'team/pair.yaml': release('pair', number),
    });
    const first = await ops.commit({ ...CHART, ...numbered(1) });
    await ops.sync(TEAM, 'team', { path: 'team' });
    await ops.untilApplied(TEAM, 'team', first);
    await untilPair('pair', 1);

    let newest = '';
    for (let number = 2; number <= 6; number += 1) {
      newest = await ops.commit(numbered(number));
      if (number % 2 === 0) await ops.untilApplied(TEAM, 'team', newest);
    }
    await ops.untilApplied(TEAM, 'team', newest);
    await ops.world.until(TEAM, 'pair', ({ metadata, status }) => {
      expect(metadata.annotations?.[CHART_COMMIT]).to.equal(newest);
      expect(status?.deployed?.sourceRevision).to.equal(newest);
      expect(status?.history?.[0]?.trail?.commit).to.equal(newest);
    });

    const pairs = await pairsOf('pair');
    expect(pairs.at(-1)).to.equal('6-6');
    for (const pair of pairs) expect(pair).to.match(/^(\d+)-\1$/);
  });

  it('brings a change of the chart alone at once, as the commit that made it', async () => {
    const { revision = 0 } = (await ops.world.release(TEAM, 'pair')).status?.deployed ?? {};
    const asked = ops.world.git.requests();
    const commit = await ops.commit({ 'charts/pair/number': '7' });
    await ops.untilApplied(TEAM, 'team', commit);

    const { status } = await untilPair('pair', revision + 1);

    expect((await pairsOf('pair')).at(-1)).to.equal('7-6');
    // The release has it from the GitSync.
    expect(ops.world.git.requests().fetch - asked.fetch).to.equal(1);
    expect(status?.history?.[0]?.trail?.commit).to.equal(commit);
  });

  it('makes no revision and no write for a commit beside the chart', async () => {
    const before = await ops.world.release(TEAM, 'pair');
    const revisions = await ops.world.revisions(TEAM, 'pair');
    const asked = ops.world.git.requests();

    const commit = await ops.commit({ 'charts/other/number': '1', 'README.md': 'hello' });
    await ops.untilApplied(TEAM, 'team', commit);

    const after = await ops.world.release(TEAM, 'pair');
    expect(after.metadata.resourceVersion).to.equal(before.metadata.resourceVersion);
    expect(await ops.world.revisions(TEAM, 'pair')).to.deep.equal(revisions);
    expect(ops.world.git.requests().fetch - asked.fetch).to.equal(1);
  });

  it('is what --plan goes by too', async () => {
    const { helm } = ops.world;
    const kubeconfig = await ops.world.kubeconfig();
    const { stdout, stderr } = await runCommand({ kubeconfig, helm, flags: ['--plan=json'] });

    const rows = JSON.parse(stdout || '[]') as readonly { readonly name: string }[];
    expect(
      rows.find(({ name }) => name === 'pair'),
      `${stdout}${stderr}`,
    ).to.include({
      action: 'nothing',
      complete: true,
    });
  });

  it('tells of a folder that is not there, and goes on when it is', async () => {
    const commit = await ops.commit({ 'team/lost.yaml': release('lost', 1, 'charts/lost') });
    await ops.untilApplied(TEAM, 'team', commit);
    await ops.world.until(TEAM, 'lost', (found) => {
      expect(conditionOf(found, 'Ready').message)
        .to.include("the path 'charts/lost' does not exist")
        .and.include("'charts/pair'");
    });

    const chart = Object.entries({ ...CHART, 'charts/pair/number': '1' });
    const found = chart.map(([path, text]) => [path.replace('pair', 'lost'), text] as const);
    await ops.commit(Object.fromEntries(found));

    await untilPair('lost', 1);
  });

  it('gives a hand-made HelmRelease no chart, and tells it the way out', async () => {
    await ops.world.cluster.apply({
      apiVersion: 'helm.fluxcd.io/v1',
      kind: 'HelmRelease',
      metadata: { name: 'handmade', namespace: TEAM },
      spec: { releaseName: 'handmade', chart: { path: 'charts/pair' } },
    });

    const found = await ops.world.until(TEAM, 'handmade', (each) => {
      expect(conditionOf(each, 'Stalled').status).to.equal('True');
    });

    expect(conditionOf(found, 'Ready').message)
      .to.include('no GitSync holds this HelmRelease')
      .and.include('set spec.chart.git, or commit it to the path of a GitSync');
    expect(await ops.world.revisions(TEAM, 'handmade')).to.deep.equal([]);
  });

  it('reads nothing for a forged annotation', async () => {
    const secret = await ops.commit({
      'private/Chart.yaml': 'apiVersion: v2\nname: private\nversion: 1.0.0\n',
    });
    await ops.untilApplied(TEAM, 'team', secret);
    const asked = ops.world.git.requests();
    const forge = (name: string): Promise<unknown> =>
      ops.world.cluster.apply({
        apiVersion: 'helm.fluxcd.io/v1',
        kind: 'HelmRelease',
        metadata: {
          name,
          namespace: TEAM,
          labels: {
            'gitops.helm-release-operator.io/name': 'team',
            'gitops.helm-release-operator.io/namespace': TEAM,
          },
          annotations: { [CHART_COMMIT]: secret },
        },
        spec: { releaseName: name, chart: { path: 'private' } },
      });

    await forge('forged');

    await ops.world.until(TEAM, 'forged', (found) => {
      expect(conditionOf(found, 'Ready').message).to.include('no GitSync holds this HelmRelease');
    });
    expect(await ops.world.revisions(TEAM, 'forged')).to.deep.equal([]);
    expect(ops.world.git.requests().fetch).to.equal(asked.fetch);
  });

  it('lets nobody choose another folder or commit for a HelmRelease that Git holds', async () => {
    const before = await ops.world.revisions(TEAM, 'pair');
    await ops.sync(TEAM, 'team', { path: 'team', suspend: true });
    const patch = JSON.stringify({ spec: { chart: { path: 'private' } } });
    const what = ['helmreleases.helm.fluxcd.io', 'pair', '-n', TEAM] as const;
    await ops.world.cluster.kubectl('patch', ...what, '--type=merge', '-p', patch);

    await ops.world.until(TEAM, 'pair', (found) => {
      expect(conditionOf(found, 'Reconciling').message).to.include(
        'waiting for GitSync team/team, which has not applied it with this chart',
      );
    });

    const back = JSON.stringify({
      metadata: { annotations: { [TRAIL_COMMIT]: null } },
      spec: {
        chart: { path: 'charts/pair' },
        targetNamespace: 'kube-system',
        values: { more: 'of everything' },
      },
    });
    await ops.world.cluster.kubectl('patch', ...what, '--type=merge', '-p', back);
    await ops.world.until(TEAM, 'pair', (found) => {
      expect(conditionOf(found, 'Reconciling').message).to.include(
        'waiting for GitSync team/team, which has another spec for it in Git',
      );
    });

    expect(await ops.world.revisions(TEAM, 'pair')).to.deep.equal(before);
    const taken = JSON.stringify({ spec: { targetNamespace: null, values: { more: null } } });
    await ops.world.cluster.kubectl('patch', ...what, '--type=merge', '-p', taken);
    await ops.sync(TEAM, 'team', { path: 'team', suspend: false });
    await untilPair('pair', before.at(-1)?.revision ?? 0);
  });

  it('waits after a restart until the host is back, with the GitSync suspended, and leaves the release as it is', async () => {
    const before = await ops.world.revisions(TEAM, 'pair');
    await ops.sync(TEAM, 'team', { path: 'team', suspend: true });
    await ops.operator().stop();
    ops.world.git.fail({ kind: 'status', code: 503 });
    await ops.start();

    await ops.world.until(TEAM, 'pair', (found) => {
      expect(conditionOf(found, 'Ready').message).to.include('503');
    });
    expect(await ops.world.revisions(TEAM, 'pair')).to.deep.equal(before);
    ops.world.git.fail(undefined);
    await untilPair('pair', before.at(-1)?.revision ?? 0);

    expect(await ops.world.revisions(TEAM, 'pair')).to.deep.equal(before);
  });
});
