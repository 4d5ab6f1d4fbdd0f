import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { eventually } from '../../support/eventually.ts';
import { webChartFiles } from '../world.ts';
import { configMap, useGitOps } from './gitops.ts';

const TEAM = 'team';
/** Where an operator that is told of no namespace of its own looks for receivers. */
const OWN = 'default';
const KEY = 'a key of the tests, and of nothing else';
const PUSHES = process.env['TEST_FULL'] === undefined ? 10 : 50;
/** What people are promised, from the push to helm. */
const AT_MOST_MS = 2_000;
const NEVER = '10m';

interface Line {
  readonly info?: string;
  readonly flag?: string;
  readonly server?: string;
  readonly port?: number;
}

describe('webhooks', function () {
  this.timeout(60_000);
  const ops = useGitOps({
    flags: [
      '--webhook-listen=127.0.0.1:0',
      `--git-poll-interval=${NEVER}`,
      `--charts-sync-interval=${NEVER}`,
    ],
    namespaces: [TEAM],
  });
  /** Paths of the Git server that were asked for. */
  let asked: string[];
  let deliveries = 0;
  let pushed = 0;

  const watchGit = (): void => {
    asked = [];
    ops().world.git.fail({ kind: 'silent' }, ({ url }) => {
      asked.push(url ?? '');
      return false;
    });
  };
  before(async () => {
    const { git, cluster } = ops().world;
    await git.createRepo('other');
    await git.commit('other', { 'settings.yaml': configMap('others', { color: 'red' }) });
    const commit = await ops().commit({
      ...(await webChartFiles('web')),
      'team/settings.yaml': configMap('settings', { color: 'red' }),
    });
    await ops().sync(TEAM, 'team', { path: 'team', interval: NEVER });
    await ops().sync(TEAM, 'other', { url: git.repoUrl('other'), interval: NEVER });
    await cluster.apply({
      apiVersion: 'helm.fluxcd.io/v1',
      kind: 'HelmRelease',
      metadata: { name: 'web', namespace: TEAM },
      spec: { releaseName: 'web', chart: { git: git.repoUrl('deploy'), path: 'web', ref: 'main' } },
    });
    await ops().untilApplied(TEAM, 'team', commit);
    await eventually(() => {
      expect(times('installation succeeded')).to.equal(1);
      expect(times('applied a revision')).to.equal(2);
    });
    watchGit();
  });

  const lines = (): readonly Line[] =>
    ops()
      .operator()
      .log()
      .split('\n')
      .filter((line) => line.endsWith('}'))
      .map((line) => JSON.parse(line) as Line);
  const said = (message: string): readonly Line[] => lines().filter(({ info }) => info === message);
  const times = (message: string): number => said(message).length;
  const opened = (): readonly Line[] => said('listening').filter(({ server }) => server === 'webhooks');
  const port = (): number => opened().at(-1)?.port ?? 0;
  const receiver = (name: string, type = 'github'): Promise<string> =>
    ops().world.cluster.apply({
      ...{ apiVersion: 'v1', kind: 'Secret', stringData: { token: KEY } },
      metadata: { name, namespace: OWN, labels: { 'gitops.helm-release-operator.io/receiver': type } },
    });

  /** What GitHub sends when somebody pushes. */
  const bodyOf = (repository: string): string =>
    JSON.stringify({
      ...{ ref: 'refs/heads/main', after: String((deliveries += 1)) },
      repository: { clone_url: ops().world.git.repoUrl(repository), html_url: null },
    });
  const post = async (
    body: string,
    { name = 'github', key = KEY } = {},
  ): Promise<readonly [number, string]> => {
    const signature = createHmac('sha256', key).update(body).digest('hex');
    const answer = await fetch(`http://127.0.0.1:${String(port())}/hook/${name}`, {
      method: 'POST',
      headers: {
        'x-github-event': 'push',
        // Sent again, a delivery has the number that it had.
        'x-github-delivery': signature,
        'x-hub-signature-256': `sha256=${signature}`,
      },
      body,
    });
    return [answer.status, await answer.text()];
  };
  /** Another content of what the GitSync applies and of the chart. */
  const commit = (): Promise<string> => {
    const number = String((pushed += 1));
    return ops().commit({
      'team/settings.yaml': configMap('settings', { number }),
      'web/templates/number.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: number}\ndata: {number: '${number}'}\n`,
    });
  };
  const isOpen = async (): Promise<boolean> => {
    const socket = connect({ port: port(), host: '127.0.0.1' });
    const answer = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    return answer;
  };

  it('are listened for while there is a receiver in the namespace of the operator', async () => {
    expect(opened()).to.deep.equal([]);
    expect(
      lines().filter(({ flag }) => flag === '--operator-namespace'),
      'that its namespace is a guess',
    ).to.have.length(1);
    await receiver('github');
    await eventually(async () => {
      expect(await isOpen()).to.equal(true);
    });

    await ops().world.cluster.kubectl('delete', 'secret', 'github', '-n', OWN);
    await eventually(async () => {
      expect(await isOpen()).to.equal(false);
    });

    await receiver('github');
    await eventually(() => {
      expect(opened()).to.have.length(2);
    });
    expect(await isOpen()).to.equal(true);
  });

  it('bring a commit into the cluster, and helm to its chart, within two seconds of the push', async function () {
    this.timeout(PUSHES * 6_000);
    const took: { readonly apply: number; readonly helm: number }[] = [];
    let last = '';
    for (let at = 0; at < PUSHES; at += 1) {
      const [applied, upgrades, ended] = [
        times('applied a revision'),
        times('running upgrade'),
        times('upgrade succeeded'),
      ];
      last = await commit();
      const body = bodyOf('deploy');
      const begun = performance.now();
      const since = async (message: string, before: number): Promise<number> => {
        while (times(message) === before && performance.now() - begun < AT_MOST_MS * 5)
          await new Promise((resolve) => setTimeout(resolve, 10));
        return performance.now() - begun;
      };
      expect(await post(body)).to.deep.equal([202, 'accepted\n']);
      const [apply, helm] = await Promise.all([
        since('applied a revision', applied),
        since('running upgrade', upgrades),
      ]);
      took.push({ apply, helm });
      await since('upgrade succeeded', ended);
    }

    for (const what of ['apply', 'helm'] as const) {
      const sorted = took.map((times) => times[what]).sort((a, b) => a - b);
      const p95 = sorted[Math.ceil(PUSHES * 0.95) - 1] ?? Number.POSITIVE_INFINITY;
      console.log(`      ${what}: p95 of ${String(PUSHES)} pushes ${String(Math.round(p95))} ms`);
      expect(p95, `${what}: ${sorted.map(Math.round).join(', ')}`).to.be.lessThan(AT_MOST_MS);
    }
    await ops().untilApplied(TEAM, 'team', last);
    const query = ['get', 'configmap', 'number', '-n', TEAM, '-o', 'jsonpath={.data.number}'];
    await eventually(async () => {
      expect(await ops().world.cluster.kubectl(...query)).to.equal(String(pushed));
    });
  });

  it('have nothing fetched but the repository that was pushed to', async () => {
    const before = (await ops().get(TEAM, 'team')).status?.appliedRevision;
    await commit();
    const other = await ops().world.git.commit('other', {
      'settings.yaml': configMap('others', { color: 'blue' }),
    });
    watchGit();

    expect(await post(bodyOf('nobodys'))).to.deep.equal([202, 'accepted\n']);
    expect(await post(bodyOf('other'))).to.deep.equal([202, 'accepted\n']);
    await ops().untilApplied(TEAM, 'other', other);

    expect(asked).to.not.deep.equal([]);
    expect(asked.filter((path) => !path.startsWith('/other.git/'))).to.deep.equal([]);
    expect((await ops().get(TEAM, 'team')).status?.appliedRevision).to.equal(before);
  });

  it('that are forged, sent again or for nobody have nothing fetched', async () => {
    const other = bodyOf('other');
    const settings = configMap('others', { color: 'green' });
    const last = await ops().world.git.commit('other', { 'settings.yaml': settings });
    expect(await post(other)).to.deep.equal([202, 'accepted\n']);
    await ops().untilApplied(TEAM, 'other', last);
    await commit();
    watchGit();

    const refused = [401, 'not authenticated\n'];
    expect(await post(bodyOf('deploy'), { key: 'a guess' })).to.deep.equal(refused);
    expect(await post(bodyOf('deploy'), { name: 'nobody' })).to.deep.equal(refused);
    expect(await post(other), 'an answer that tells nothing').to.deep.equal([202, 'accepted\n']);
    expect(await post('{}')).to.deep.include(400);
    const counted = (sender: string, result: string): Promise<number> =>
      ops().operator().metric('helm_release_operator_webhooks_total', { sender, result });
    expect(await counted('github', 'duplicate')).to.equal(1);
    expect(await counted('github', 'refused')).to.equal(1);
    expect(await counted('unknown', 'refused')).to.equal(1);
    expect(await counted('github', 'malformed')).to.equal(1);

    // By the time that something later was looked at, so would they have been.
    await ops().world.cluster.kubectl(
      ...['annotate', 'gitsync', 'other', '-n', TEAM, 'gitops.helm-release-operator.io/reconcileAt=1'],
    );
    await ops().until(TEAM, 'other', ({ status }) => {
      expect(status?.lastHandledReconcileAt).to.equal('1');
    });
    expect(asked).to.deep.equal([
      '/other.git/info/refs?service=git-upload-pack',
      '/other.git/git-upload-pack',
    ]);
  });

  it('are not forgotten when the host of the repository fails just then', async () => {
    const last = await commit();
    ops().world.git.fail({ kind: 'status', code: 503 });
    expect(await post(bodyOf('deploy'))).to.deep.equal([202, 'accepted\n']);
    await ops().until(TEAM, 'team', ({ status }) => {
      expect(status?.sourceFailingSince).to.not.equal(undefined);
    });
    watchGit();

    await ops().untilApplied(TEAM, 'team', last);
  });
});
