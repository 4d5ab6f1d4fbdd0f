import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { GitSyncSpec } from '../../../src/api/gitsync/git-sync.ts';
import { eventually } from '../../support/eventually.ts';
import { configMap, type GitOps, openGitOps } from './gitops.ts';

const TEAM = 'team';
const LABEL = 'gitops.helm-release-operator.io/name';
const REQUESTS = 'helm_release_operator_kube_requests_total';

const IGNORE: GitSyncSpec['ignore'] = [
  {
    group: 'apps',
    kind: 'Deployment',
    paths: ['/spec/replicas', '/spec/template/spec/containers/0/image', '/metadata/labels'],
  },
  {
    kind: 'ConfigMap',
    name: 'settings',
    paths: ['/data/size', '/data/gone', '/metadata/annotations/example.com~1note'],
  },
];

interface Object {
  readonly metadata: {
    readonly resourceVersion: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly data: Readonly<Record<string, string>>;
}

interface Deployment extends Object {
  readonly spec: {
    readonly replicas: number;
    readonly minReadySeconds?: number;
    readonly template: { readonly spec: { readonly containers: readonly Container[] } };
  };
}

interface Container {
  readonly name: string;
  readonly image: string;
}

interface Web {
  readonly replicas?: number;
  readonly seconds?: number;
  readonly image?: string;
}

const NOTE = 'example.com/note';
const noted = (data: Readonly<Record<string, string>>, note: string): string =>
  configMap('settings', data, `  annotations: {${NOTE}: ${note}}\n`);

const deployment = ({ replicas = 2, seconds = 1, image = 'web:1' }: Web = {}): string =>
  JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', labels: { tier: 'git' } },
    spec: {
      replicas,
      minReadySeconds: seconds,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [
            { name: 'web', image: `example.com/${image}` },
            { name: 'log', image: 'example.com/log:1' },
          ],
        },
      },
    },
  });

describe('fields that a GitSync ignores', function () {
  this.timeout(90_000);
  let ops: GitOps;

  const sync = (ignore: GitSyncSpec['ignore']): Promise<void> =>
    ops.sync(TEAM, 'team', { path: 'team', ignore: [...(ignore ?? [])] });
  const commit = async (files: Readonly<Record<string, string>>): Promise<void> => {
    const id = await ops.commit(files);
    await ops.untilApplied(TEAM, 'team', id);
    await ops.untilApplied(TEAM, 'other', id);
  };
  const get = async <T = Object>(kind: string, name: string): Promise<T> => {
    const found = await ops.world.cluster.get<T>(kind, name, TEAM);
    if (found === undefined) throw new Error(`${kind} ${name} is gone`);
    return found;
  };
  const web = (): Promise<Deployment> => get('deployments', 'web');
  const settings = (): Promise<Object> => get('configmaps', 'settings');
  const kubectl = (...args: readonly string[]): Promise<string> =>
    ops.world.cluster.kubectl(...args, '-n', TEAM);
  const patch = (kind: string, name: string, change: object): Promise<string> =>
    kubectl('patch', kind, name, '--type=merge', '-p', JSON.stringify(change));
  const imagesOf = ({ spec }: Deployment): object =>
    Object.fromEntries(spec.template.spec.containers.map(({ name, image }) => [name, image]));

  /** What the operator has asked of Deployments, and which write its GitSync had last. */
  const costs = async (): Promise<Readonly<Record<string, unknown>>> => {
    const of = (verb: string): Promise<number> =>
      ops.operator().metric(REQUESTS, { verb, resource: 'deployments' });
    const { metadata } = await ops.get(TEAM, 'team');
    const { resourceVersion } = metadata;
    return {
      looks: await of('get'),
      applies: await of('apply'),
      patches: await of('patch'),
      resourceVersion,
    };
  };
  /** Whatever had to be done for what was changed before has been done when another GitSync has put back something later. */
  const untilSeen = async (): Promise<void> => {
    await patch('configmap', 'other', { data: { color: 'by hand' } });
    await eventually(async () => {
      expect((await get('configmaps', 'other')).data).to.deep.equal({ color: 'red' });
    });
  };

  before(async () => {
    ops = await openGitOps();
    await ops.openNamespace(TEAM);
    await ops.commit({
      'team/web.yaml': deployment(),
      'team/settings.yaml': noted({ color: 'red', size: 'small', gone: 'no' }, 'git'),
      'other/other.yaml': configMap('other', { color: 'red' }),
    });
    await sync(IGNORE);
    await ops.sync(TEAM, 'other', { path: 'other' });
    await commit({ 'README.md': 'Both folders are applied.' });
  });
  after(async () => {
    await (ops as GitOps | undefined)?.[Symbol.asyncDispose]();
  });

  it('are set when the object is made', async () => {
    const made = await web();
    expect(made.spec.replicas).to.equal(2);
    expect(imagesOf(made)).to.deep.equal({ web: 'example.com/web:1', log: 'example.com/log:1' });
    expect(made.metadata.labels).to.include({ tier: 'git', [LABEL]: 'team' });
    const { data, metadata } = await settings();
    expect(data).to.include({ size: 'small', gone: 'no' });
    expect(metadata.annotations).to.include({ [NOTE]: 'git' });
  });

  it('cost no request, no write and no Event when a controller changes them', async () => {
    await untilSeen();
    const before = await costs();

    await kubectl('scale', 'deployment', 'web', '--replicas=5');
    await kubectl('set', 'image', 'deployment/web', 'web=example.com/web:hand');
    await kubectl('scale', 'deployment', 'web', '--replicas=6');
    await untilSeen();

    // When it was made: looked at, tried, looked at, applied.
    expect(before).to.include({ looks: 2, applies: 2, patches: 0 });
    expect(await costs()).to.deep.equal(before);
    const now = await web();
    expect(now.spec.replicas).to.equal(6);
    expect(imagesOf(now)).to.deep.equal({ web: 'example.com/web:hand', log: 'example.com/log:1' });
    const about = ['--field-selector', 'involvedObject.kind=GitSync,involvedObject.name=team'];
    expect(await kubectl('get', 'events', ...about, '-o', 'jsonpath={.items[*].reason}')).to.equal('Applied');
  });

  it('stay when a commit changes others, and those that nobody has touched stay too', async () => {
    await patch('configmap', 'settings', {
      data: { gone: null },
      metadata: { annotations: { [NOTE]: 'hand' } },
    });

    await commit({
      'team/web.yaml': deployment({ replicas: 3, seconds: 2, image: 'web:2' }),
      'team/settings.yaml': noted({ color: 'blue', size: 'big', gone: 'no' }, 'new'),
    });

    const now = await web();
    expect([now.spec.minReadySeconds, now.spec.replicas]).to.deep.equal([2, 6]);
    expect(imagesOf(now)).to.include({ web: 'example.com/web:hand' });
    const { data, metadata } = await settings();
    expect(data).to.deep.equal({ color: 'blue', size: 'small' });
    expect(metadata.annotations).to.include({ [NOTE]: 'hand' });
  });

  it('do not move when a commit changes or removes just them', async () => {
    const before = await settings();
    const { applies } = await costs();

    await commit({
      'team/web.yaml': deployment({ replicas: 9, seconds: 2, image: 'web:3' }),
      'team/settings.yaml': configMap('settings', { color: 'blue' }),
    });

    expect((await settings()).metadata.resourceVersion).to.equal(before.metadata.resourceVersion);
    expect((await web()).spec.replicas).to.equal(6);
    expect(await costs()).to.include({ applies });
  });

  it('stay though Git has them no more, when a commit changes others', async () => {
    await commit({ 'team/settings.yaml': configMap('settings', { color: 'green' }) });

    const { data, metadata } = await settings();
    expect(data).to.deep.equal({ color: 'green', size: 'small' });
    expect(metadata.annotations).to.include({ [NOTE]: 'hand' });
  });

  it('are found by the name of the container, whatever was put in front of it', async () => {
    const sidecar = { name: 'first', image: 'example.com/first:1' };
    const change = [{ op: 'add', path: '/spec/template/spec/containers/0', value: sidecar }];
    await kubectl('patch', 'deployment', 'web', '--type=json', '-p', JSON.stringify(change));

    await commit({ 'team/web.yaml': deployment({ seconds: 3 }) });

    const now = await web();
    expect(now.spec.minReadySeconds).to.equal(3);
    expect(imagesOf(now)).to.deep.equal({
      ...{ first: 'example.com/first:1', web: 'example.com/web:hand', log: 'example.com/log:1' },
    });
  });

  it('leave the rest as Git has it: that is put back', async () => {
    await patch('deployment', 'web', { spec: { minReadySeconds: 7 } });
    await patch('configmap', 'settings', { data: { color: 'hand' } });

    await eventually(async () => {
      expect((await web()).spec.minReadySeconds).to.equal(3);
    });
    expect((await web()).spec.replicas).to.equal(6);
    await eventually(async () => {
      expect((await settings()).data).to.deep.equal({ color: 'green', size: 'small' });
    });
  });

  it('are never the marks of the GitSync', async () => {
    await kubectl('label', 'deployment', 'web', '--overwrite', 'tier=hand', `${LABEL}-`);

    await eventually(async () => {
      expect((await web()).metadata.labels).to.deep.include({ tier: 'hand', [LABEL]: 'team' });
    });
  });

  it('stay over a restart, with no write', async () => {
    await ops.operator().stop();
    await kubectl('scale', 'deployment', 'web', '--replicas=4');
    await ops.start();
    await untilSeen();

    expect((await web()).spec.replicas).to.equal(4);
    expect(await costs()).to.include({ looks: 0, applies: 0, patches: 0 });
  });

  it('are as Git has them at once when the rule is gone, and left again when it is back', async () => {
    await commit({ 'team/web.yaml': deployment({ seconds: 3, replicas: 2 }) });
    await sync([]);

    await eventually(async () => {
      const now = await web();
      expect(now.spec.replicas).to.equal(2);
      expect(imagesOf(now)).to.include({ web: 'example.com/web:1' });
      expect(now.metadata.labels).to.include({ tier: 'git' });
      expect((await settings()).data).to.deep.equal({ color: 'green' });
    });

    await sync(IGNORE);
    await ops.until(TEAM, 'team', ({ metadata, status }) => {
      expect(status?.observedGeneration).to.equal(metadata.generation);
    });
    await kubectl('scale', 'deployment', 'web', '--replicas=8');
    await untilSeen();
    expect((await web()).spec.replicas).to.equal(8);
  });
});
