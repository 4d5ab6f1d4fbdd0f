import { expect } from 'chai';
import { describe, it } from 'mocha';
import { eventually } from '../../support/eventually.ts';
import { eventsOf } from '../trouble.ts';
import { configMap, useGitOps } from './gitops.ts';

const TEAM = 'team';

interface Object {
  readonly metadata: {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
}

describe('a GitSync', function () {
  this.timeout(60_000);
  const ops = useGitOps({ namespaces: [TEAM] });

  const configMapOf = (name: string, namespace = TEAM): Promise<Object | undefined> =>
    ops().world.cluster.get<Object>('configmaps', name, namespace);

  it('applies what a folder holds, with the author and the commit on each object', async () => {
    const commit = await ops().commit(
      {
        'team/one.yaml': `# the first\n${configMap('one', { color: 'red' })}---\n${configMap('two', { size: 'small' })}`,
        'team/deep/three.json': JSON.stringify({
          ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'three' }, data: { big: '1' } },
        }),
        'team/empty.yaml': '# nothing here\n---\n',
        'team/notes.txt': 'not a manifest',
        'other/four.yaml': configMap('four', {}),
      },
      { author: 'Ada Lovelace <ada@example.com>', message: 'Add the first objects\n\nAnd a body.' },
    );
    await ops().sync(TEAM, 'team', { path: 'team' });

    const { status } = await ops().untilApplied(TEAM, 'team', commit);

    expect(status?.appliedRevision).to.equal(`main@sha1:${commit}`);
    expect(status?.commit).to.include({
      author: 'Ada Lovelace <ada@example.com>',
      subject: 'Add the first objects',
    });
    expect(status?.counts).to.include({ applied: 3, unchanged: 0, pruned: 0, failed: 0 });
    const one = await configMapOf('one');
    expect(one?.data).to.deep.equal({ color: 'red' });
    expect(one?.metadata.labels).to.deep.equal({
      'gitops.helm-release-operator.io/name': 'team',
      'gitops.helm-release-operator.io/namespace': TEAM,
    });
    expect(one?.metadata.annotations).to.include({
      'gitops.helm-release-operator.io/commit': commit,
      'gitops.helm-release-operator.io/author': 'Ada Lovelace <ada@example.com>',
      'gitops.helm-release-operator.io/path': 'team/one.yaml',
    });
    expect((await configMapOf('two'))?.data).to.deep.equal({ size: 'small' });
    expect((await configMapOf('three'))?.data).to.deep.equal({ big: '1' });
    expect(await configMapOf('four')).to.equal(undefined);
  });

  it('changes what a commit changes, and touches nothing else', async () => {
    const before = await Promise.all(['one', 'two'].map((name) => configMapOf(name)));
    const commit = await ops().commit({
      'team/one.yaml': `${configMap('one', { color: 'blue' })}---\n${configMap('two', { size: 'small' })}`,
    });

    const { status } = await ops().untilApplied(TEAM, 'team', commit);

    const [one, two] = await Promise.all(['one', 'two'].map((name) => configMapOf(name)));
    expect(status?.counts).to.include({ applied: 1, unchanged: 2 });
    expect(one?.data).to.deep.equal({ color: 'blue' });
    expect(one?.metadata.uid).to.equal(before[0]?.metadata.uid);
    expect(two?.metadata.resourceVersion).to.equal(before[1]?.metadata.resourceVersion);
  });

  it('does nothing at all for a commit beside its path, but say that it is at it', async () => {
    const before = await configMapOf('one');
    const commit = await ops().commit({ 'other/four.yaml': configMap('four', { a: 'b' }) });

    await ops().untilApplied(TEAM, 'team', commit);

    expect((await configMapOf('one'))?.metadata.resourceVersion).to.equal(before?.metadata.resourceVersion);
  });

  it('deletes what left Git, moves what was renamed without touching it', async () => {
    const before = await configMapOf('two');
    const commit = await ops().commit({
      'team/one.yaml': { removed: true },
      'team/renamed/two.yaml': configMap('two', { size: 'small' }),
    });

    const { status } = await ops().untilApplied(TEAM, 'team', commit);

    expect(status?.counts).to.include({ pruned: 1, unchanged: 2 });
    expect(await configMapOf('one')).to.equal(undefined);
    expect((await configMapOf('two'))?.metadata.resourceVersion).to.equal(before?.metadata.resourceVersion);
  });

  it('holds the deletion of more than half until a person names the revision', async () => {
    const commit = await ops().commit({
      'team/renamed/two.yaml': { removed: true },
      'team/deep/three.json': { removed: true },
      'team/last.yaml': configMap('last', { a: 'b' }),
    });
    const held = await ops().until(TEAM, 'team', ({ status }) => {
      expect(status?.appliedRevision).to.equal(`main@sha1:${commit}`);
      expect(status?.heldPrune?.objects).to.have.members(['ConfigMap team/two', 'ConfigMap team/three']);
    });
    expect(held.status?.conditions?.find(({ type }) => type === 'Ready')).to.include({
      status: 'False',
      reason: 'PruneHeld',
    });
    await eventually(async () => {
      const [told] = await eventsOf(ops().world, held.metadata, 'PruneHeld');
      expect(told?.message).to.equal(held.status?.heldPrune?.why);
    });
    expect(await configMapOf('two')).not.to.equal(undefined);

    const annotation = `gitops.helm-release-operator.io/confirm-prune=main@sha1:${commit}`;
    await ops().world.cluster.kubectl('annotate', 'gitsync', 'team', '-n', TEAM, annotation);

    const { status } = await ops().untilApplied(TEAM, 'team', commit);
    expect(status?.heldPrune).to.equal(undefined);
    expect(await configMapOf('two')).to.equal(undefined);
    expect(await configMapOf('last')).not.to.equal(undefined);
  });

  it('says which file, document and field is wrong, and leaves all as it was', async () => {
    const before = await configMapOf('last');
    await ops().commit({
      'team/last.yaml': configMap('last', { a: 'changed' }),
      'team/wrong.yaml': `${configMap('fine', {})}---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {prots: []}\n`,
    });

    const { status } = await ops().until(TEAM, 'team', (sync) => {
      expect(sync.status?.failure?.step).to.equal('dryRun');
    });

    expect(status?.failure?.faults?.[0]).to.include({ file: 'team/wrong.yaml', document: 2 });
    expect(status?.failure?.cause).to.include('team/wrong.yaml').and.include('prots');
    expect((await configMapOf('last'))?.metadata.resourceVersion).to.equal(before?.metadata.resourceVersion);
    expect(await configMapOf('fine')).to.equal(undefined);

    const commit = await ops().commit({ 'team/wrong.yaml': { removed: true } });
    await ops().untilApplied(TEAM, 'team', commit);
    expect((await configMapOf('last'))?.data).to.deep.equal({ a: 'changed' });
  });

  it('says which right its account lacks', async () => {
    await ops().openNamespace('poor', [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }]);
    await ops().sync('poor', 'team', { path: 'team' });

    const { status } = await ops().until('poor', 'team', (sync) => {
      expect(sync.status?.failure).not.to.equal(undefined);
    });

    expect(status?.failure?.cause)
      .to.include('system:serviceaccount:poor:deployer')
      .and.include('patch')
      .and.include('configmaps');
  });

  it('brings a HelmRelease and its chart from one push to a running release', async () => {
    const release = [
      'apiVersion: helm.fluxcd.io/v1',
      'kind: HelmRelease',
      'metadata: {name: web}',
      `spec: {chart: {git: ${JSON.stringify(ops().world.git.repoUrl('charts'))}, path: web, ref: main}}`,
    ].join('\n');
    const commit = await ops().commit({ 'team/web.yaml': release });

    await ops().untilApplied(TEAM, 'team', commit);

    const { status } = await ops().world.until(TEAM, 'web', (found) => {
      expect(found.status?.conditions?.find(({ type }) => type === 'Ready')?.status).to.equal('True');
    });
    expect(status?.phase).to.equal('Succeeded');
    expect(await ops().world.revisions(TEAM, 'team-web')).to.have.lengthOf(1);
  });
});
