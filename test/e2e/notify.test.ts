import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { eventually } from '../support/eventually.ts';
import { type NotificationReceiver, startNotificationReceiver } from '../support/notification-receiver.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { conditionOf, startWorld, webChartFiles, webRelease } from './world.ts';
import type { World } from './world.ts';

const NAMESPACE = 'notified';
/** Where an operator that is told of no namespace of its own looks for notifiers. */
const OWN = 'default';
const KEY = 'a key of the tests, and of nothing else';
const TOKEN = 'a-token-of-the-tests';
const VALUE = 'a-value-that-nobody-may-see';
const PASSWORD = 'a-password-of-the-tests';
const REPOSITORY = 'acme/charts';

/** As old manifests hold it. */
function withPassword(address: string): string {
  const url = new URL(address);
  [url.username, url.password] = ['reader', PASSWORD];
  return url.href;
}

interface Attachment {
  readonly text: string;
}
interface Shown {
  readonly id: string;
  readonly result: string;
  readonly sentence: string;
  readonly revision?: number;
}
interface Status {
  readonly state: string;
  readonly context?: string;
  readonly name?: string;
  readonly description: string;
}
interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly endsAt: string;
}

describe('notifications of releases', function () {
  this.timeout(60_000);
  const kinds = ['slack', 'webhook', 'alertmanager', 'github', 'gitlab'] as const;
  const stack = new AsyncDisposableStack();
  let world: World;
  let operator: OperatorProcess;
  let to: Readonly<Record<(typeof kinds)[number], NotificationReceiver>>;
  let commit: string;

  const secret = (name: string, label: string, stringData: Readonly<Record<string, string>>) =>
    world.cluster.apply({
      ...{ apiVersion: 'v1', kind: 'Secret', stringData },
      metadata: { name, namespace: OWN, labels: { 'helm-release-operator.io/notifier': label } },
    });
  const bodies = (kind: (typeof kinds)[number]): readonly unknown[] =>
    to[kind].received.map(({ body }) => JSON.parse(body) as unknown);
  const chat = () => bodies('slack') as readonly { text: string; attachments: readonly Attachment[] }[];
  const statuses = (kind: 'github' | 'gitlab') => bodies(kind) as readonly Status[];
  const alerts = () => (bodies('alertmanager') as readonly (readonly Alert[])[]).flat();
  const shown = () =>
    (bodies('webhook') as readonly { outcomes: readonly Shown[] }[]).flatMap(({ outcomes }) => outcomes);
  const commits = (files: Readonly<Record<string, string>>) =>
    world.git.commit(
      REPOSITORY,
      Object.fromEntries(Object.entries(files).map(([path, text]) => [`web/${path}`, text])),
    );
  const counts = (): readonly number[] => kinds.map((kind) => to[kind].received.length);

  before(async () => {
    const receivers = await Promise.all(kinds.map(() => startNotificationReceiver()));
    for (const receiver of receivers) stack.use(receiver);
    to = Object.fromEntries(kinds.map((kind, index) => [kind, receivers[index]])) as typeof to;
    world = await startWorld();
    stack.defer(() => world.stop());
    await world.git.createRepo(REPOSITORY);
    commit = await world.git.commit(REPOSITORY, await webChartFiles('web'));
    await world.cluster.createNamespace(NAMESPACE);
    await world.cluster.apply({
      ...{ apiVersion: 'v1', kind: 'Secret', stringData: { 'values.yaml': `text: ${VALUE}\n` } },
      metadata: { name: 'values', namespace: NAMESPACE },
    });
    operator = await world.operator();
  });
  after(async () => {
    await operator.stop();
    await stack.disposeAsync();
  });

  it('write nothing and ask nothing before there is a notifier, and tell nothing of the past', async () => {
    await world.cluster.apply(webRelease(world, NAMESPACE, 'old'));
    await world.until(NAMESPACE, 'old', (each) => {
      expect(conditionOf(each, 'Ready').status).to.equal('True');
    });
    expect(await world.cluster.get('secrets', 'helm-release-operator-notified', OWN)).to.equal(undefined);

    await secret('chat', 'slack', { url: `${to.slack.url}/services/${TOKEN}` });
    await secret('hook', 'webhook', { url: to.webhook.url, key: KEY });
    await secret('alerts', 'alertmanager', { url: to.alertmanager.url });
    const repositories = { url: `${world.git.url}/acme`, token: TOKEN };
    await secret('github', 'github', { ...repositories, api: to.github.url });
    await secret('gitlab', 'gitlab', { ...repositories, url: world.git.url, api: `${to.gitlab.url}/api/v4` });
    await secret('broken', 'slack', { url: TOKEN });
    await eventually(async () => {
      expect(await world.cluster.get('secrets', 'helm-release-operator-notified', OWN)).to.not.equal(
        undefined,
      );
      const events = JSON.stringify(await world.cluster.list('events', OWN));
      expect(events).to.contain('InvalidNotifier').and.to.not.contain(TOKEN);
    });

    expect(counts()).to.deep.equal([0, 0, 0, 0, 0]);
  });

  it('tell each receiver of an install once', async () => {
    await world.cluster.apply(
      webRelease(world, NAMESPACE, 'web', {
        chart: { git: withPassword(world.git.repoUrl(REPOSITORY)), path: 'web', ref: 'main' },
        valuesFrom: [{ secretKeyRef: { name: 'values' } }],
        ...{ wait: true, timeout: 5, rollback: { enable: true } },
      }),
    );
    await eventually(() => {
      expect(counts()).to.deep.equal([1, 1, 0, 1, 1]);
    });

    const sentence = 'web-0.1.0 is released as revision 1 (install)';
    expect(chat()[0]).to.deep.include({
      text: 'notified/web released: web-0.1.0 (revision 1)',
      attachments: [{ color: 'good', text: sentence }],
    });
    expect(shown()[0]).to.include({ result: 'Released', sentence, revision: 1, sourceRevision: commit });
    const context = 'helm-release/notified/web';
    expect(statuses('github')).to.deep.equal([{ state: 'success', context, description: sentence }]);
    expect(to.github.received[0]?.path).to.equal(`/repos/acme/charts/statuses/${commit}`);
    expect(statuses('gitlab')).to.deep.equal([{ state: 'success', name: context, description: sentence }]);
    expect(to.gitlab.received[0]?.path).to.equal(`/api/v4/projects/acme%2Fcharts/statuses/${commit}`);
    const hook = to.webhook.received[0];
    const signed = createHmac('sha256', KEY).update(
      `${String(hook?.headers['x-timestamp'])}.${hook?.body ?? ''}`,
    );
    expect(hook?.headers['x-signature']).to.equal(`sha256=${signed.digest('hex')}`);
  });

  it('tell of a failure and of the rollback after it, each once and with the sentence', async () => {
    const bad = await commits({
      'values.yaml':
        (await webChartFiles('web'))['web/values.yaml']?.replace(
          'podAnnotations: {}',
          'podAnnotations: { testenv.helm-release-operator.io/pod: image-pull }',
        ) ?? '',
    });
    const release = await world.until(
      NAMESPACE,
      'web',
      (each) => {
        expect(each.status?.phase).to.equal('RolledBack');
      },
      30_000,
    );
    await eventually(() => {
      expect([chat().length, shown().length]).to.deep.equal([3, 3]);
      expect(statuses('github')).to.have.length(3);
      expect(statuses('gitlab')).to.have.length(3);
    });

    const [, failed, rolledBack] = shown();
    expect([failed?.result, failed?.revision]).to.deep.equal(['Failed', 2]);
    expect(failed?.sentence).to.match(/cannot pull image/);
    expect([rolledBack?.result, rolledBack?.revision]).to.deep.equal(['RolledBack', 3]);
    expect(rolledBack?.sentence).to.equal(conditionOf(release, 'Ready').message);
    expect(new Set(shown().map(({ id }) => id))).to.have.property('size', 3);
    const texts = chat().map(({ text }) => text.replace(/:.*/, ''));
    expect(texts).to.deep.equal(['notified/web released', 'notified/web failed', 'notified/web rolled back']);
    expect(statuses('github').map(({ state }) => state)).to.deep.equal(['success', 'failure', 'failure']);
    const paths = to.github.received.map(({ path }) => path.split('/').at(-1));
    expect(paths, 'what was rolled back is what was rejected').to.deep.equal([commit, bad, bad]);
    await eventually(() => {
      const firing = alerts().at(-1);
      expect(firing?.labels).to.include({ alertname: 'HelmReleaseNotReady', helmrelease: 'web' });
      expect(firing?.annotations['description']).to.equal(conditionOf(release, 'Ready').message);
      expect(Date.parse(firing?.endsAt ?? '')).to.be.greaterThan(Date.now());
    });
  });

  it('tell nothing again after a restart, and go on', async () => {
    const before = counts();
    await operator.stop();
    operator = await world.operator();
    await eventually(() => {
      expect(to.alertmanager.received.length, 'it fires on').to.be.greaterThan(before[2] ?? 0);
    });
    const good = await commits({
      'values.yaml': (await webChartFiles('web'))['web/values.yaml'] ?? '',
      NOTE: '1',
    });
    await world.until(NAMESPACE, 'web', (each) => {
      expect(each.status?.deployed).to.include({ revision: 4, sourceRevision: good });
    });
    await eventually(() => {
      expect(shown()).to.have.length(4);
      const last = alerts().at(-1);
      expect(Date.parse(last?.endsAt ?? ''), 'it is resolved').to.be.at.most(Date.now());
    });

    expect(shown().at(-1)).to.include({ result: 'Released', revision: 4 });
    expect([chat().length, to.github.received.length, to.gitlab.received.length]).to.deep.equal([4, 4, 4]);
    expect(await operator.metric('helm_release_operator_notifications_total', { result: 'failed' })).to.equal(
      0,
    );
    expect(
      await operator.metric('helm_release_operator_notifications_total', { kind: 'webhook', result: 'sent' }),
    ).to.equal(1);
  });

  it('tell that a release is uninstalled', async () => {
    await world.cluster.kubectl('delete', 'helmrelease', 'web', '-n', NAMESPACE);
    await eventually(() => {
      expect(shown().at(-1)).to.include({
        result: 'Uninstalled',
        sentence: 'release notified/notified-web is uninstalled',
      });
      expect(chat().at(-1)?.text).to.equal('notified/web uninstalled');
    });

    expect([shown().length, chat().length]).to.deep.equal([5, 5]);
  });

  it('hold no secret, and have none told of them', async () => {
    const commits = (bodies('webhook') as readonly { outcomes: readonly { commits: readonly unknown[] }[] }[])
      .flatMap(({ outcomes }) => outcomes)
      .map((each) => each.commits);
    expect(commits[0]).to.deep.equal([{ repository: world.git.repoUrl(REPOSITORY), id: commit }]);
    for (const kind of kinds) {
      for (const { body } of to[kind].received)
        for (const hidden of [VALUE, TOKEN, PASSWORD]) expect(body).to.not.contain(hidden);
    }
    const events = JSON.stringify(await world.cluster.list('events'));
    expect([operator.log(), events].join('\n')).to.not.contain(TOKEN).and.to.not.contain(PASSWORD);
  });
});
