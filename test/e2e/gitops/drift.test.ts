import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { eventually } from '../../support/eventually.ts';
import { configMap, useGitOps } from './gitops.ts';

const TEAM = 'team';
/** What people are promised, from their change to ours. */
const AT_MOST_MS = 2_000;

interface Object {
  readonly metadata: {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly annotations?: object;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly replicas: number };
}

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: example.com/web:1}]}
`;

describe('what a GitSync has applied', function () {
  this.timeout(60_000);
  const ops = useGitOps({ namespaces: [TEAM] });
  let commit: string;

  before(async () => {
    commit = await ops().commit({
      'team/settings.yaml': configMap('settings', { color: 'red', size: 'small' }),
      'team/web.yaml': DEPLOYMENT,
    });
    await ops().sync(TEAM, 'team', { path: 'team', interval: '10m' });
    await ops().untilApplied(TEAM, 'team', commit);
  });

  const get = (kind: string, name: string): Promise<Object | undefined> =>
    ops().world.cluster.get<Object>(kind, name, TEAM);
  const settings = (): Promise<Object | undefined> => get('configmaps', 'settings');

  /** Waits for the change to be undone, and gives the time that it stood. */
  async function undone(change: readonly string[], check: () => Promise<void>): Promise<number> {
    await ops().world.cluster.kubectl(...change, '-n', TEAM);
    const begun = performance.now();
    await eventually(check, AT_MOST_MS * 5);
    return performance.now() - begun;
  }

  it('is put back within two seconds when its data is changed', async () => {
    const patch = ['patch', 'configmap', 'settings', '--type=merge', '-p', '{"data":{"color":"blue"}}'];
    const took = await undone(patch, async () => {
      expect((await settings())?.data).to.deep.equal({ color: 'red', size: 'small' });
    });
    expect(took).to.be.lessThan(AT_MOST_MS);
  });

  it('is put back when a field is taken out, when it is scaled, and when it is deleted', async () => {
    const removal = [
      'patch',
      'configmap',
      'settings',
      '--type=json',
      '-p',
      '[{"op":"remove","path":"/data/size"}]',
    ];
    const times = [
      await undone(removal, async () => {
        expect((await settings())?.data).to.deep.equal({ color: 'red', size: 'small' });
      }),
      await undone(['scale', 'deployment', 'web', '--replicas=3'], async () => {
        expect((await get('deployments', 'web'))?.spec?.replicas).to.equal(1);
      }),
      await undone(['delete', 'configmap', 'settings'], async () => {
        expect((await settings())?.data).to.deep.equal({ color: 'red', size: 'small' });
      }),
    ];
    expect(Math.max(...times)).to.be.lessThan(AT_MOST_MS);
  });

  it('is told of in an Event, with the field and who changed it', async () => {
    await eventually(async () => {
      const events = await ops().world.cluster.kubectl(
        'get',
        'events',
        '-n',
        TEAM,
        '-o',
        'jsonpath={.items[*].message}',
      );
      expect(events).to.include('put back as Git has it').and.include('.spec.replicas');
    });
  });

  it('is in the metrics of its GitSync, with how often it was put back', async () => {
    const metric = (name: string): Promise<number> =>
      ops().operator().metric(`helm_release_operator_gitsync_${name}`, { namespace: TEAM, name: 'team' });
    const { status } = await ops().get(TEAM, 'team');
    expect(await metric('ready')).to.equal(1);
    expect(await metric('suspended')).to.equal(0);
    expect(await metric('objects')).to.equal(2);
    expect(await metric('held_prunes')).to.equal(0);
    expect(await metric('applied_timestamp_seconds')).to.equal(Date.parse(status?.appliedAt ?? '') / 1000);
    expect(await metric('corrections_total')).to.equal(4);
  });

  it('keeps the commit that brought its content', async () => {
    const annotations = (await settings())?.metadata.annotations;
    expect(annotations).to.include({ 'gitops.helm-release-operator.io/commit': commit });
  });

  it('is left alone when labels, annotations or a status are added to it', async () => {
    const { cluster } = ops().world;
    await cluster.kubectl('label', 'configmap', 'settings', 'by=hand', '-n', TEAM);
    const { metadata } = (await settings()) ?? { metadata: { resourceVersion: '' } };
    // Anything that had to be put back would have been by the time that something later has.
    await undone(['scale', 'deployment', 'web', '--replicas=4'], async () => {
      expect((await get('deployments', 'web'))?.spec?.replicas).to.equal(1);
    });
    expect((await settings())?.metadata.resourceVersion).to.equal(metadata.resourceVersion);
  });

  it('is put back although the newest commit is bad and the host of the repository is away', async () => {
    await ops().commit({
      'team/bad.yaml': 'apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {prots: []}\n',
    });
    await ops().world.cluster.kubectl(
      ...['annotate', 'gitsync', 'team', '-n', TEAM, 'gitops.helm-release-operator.io/reconcileAt=1'],
    );
    await ops().until(TEAM, 'team', ({ status }) => {
      expect(status?.failure?.step).to.equal('dryRun');
    });
    ops().world.git.fail({ kind: 'status', code: 503 });
    const patch = ['patch', 'configmap', 'settings', '--type=merge', '-p', '{"data":{"color":"green"}}'];
    const took = await undone(patch, async () => {
      expect((await settings())?.data).to.deep.equal({ color: 'red', size: 'small' });
    });
    ops().world.git.fail(undefined);
    expect(took).to.be.lessThan(AT_MOST_MS);
  });

  it('is put back when it was changed while no operator ran', async () => {
    await ops().operator().stop();
    const patch = ['patch', 'configmap', 'settings', '--type=merge', '-p', '{"data":{"color":"pink"}}'];
    await ops().world.cluster.kubectl(...patch, '-n', TEAM);
    await ops().start();
    await eventually(async () => {
      expect((await settings())?.data).to.deep.equal({ color: 'red', size: 'small' });
    });
  });
});
