import { expect } from 'chai';
import { describe, it } from 'mocha';
import { configMap, useGitOps } from './gitops.ts';

const TEAM = 'team';
const GONE = { removed: true } as const;

interface Object {
  readonly metadata: {
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

describe('a manifest that moves between GitSyncs', function () {
  this.timeout(90_000);
  const ops = useGitOps({ namespaces: [TEAM] });

  const find = (kind: string, name: string): Promise<Object | undefined> =>
    ops().world.cluster.get<Object>(kind, name, TEAM);
  const ownerOf = (object: Object | undefined): string | undefined =>
    object?.metadata.labels?.['gitops.helm-release-operator.io/name'];
  const release = (): string =>
    [
      'apiVersion: helm.fluxcd.io/v1',
      'kind: HelmRelease',
      'metadata: {name: web}',
      'spec:',
      '  releaseName: web',
      `  chart: {git: ${JSON.stringify(ops().world.git.repoUrl('charts'))}, path: web, ref: main}`,
      '',
    ].join('\n');
  const held = async (sync: string): Promise<readonly string[]> =>
    ((await ops().get(TEAM, sync)).status?.inventory?.entries ?? []).map(
      ({ kind, name }) => `${kind} ${name}`,
    );

  it('is handed over: nothing is deleted, and no release made anew', async () => {
    const first = await ops().commit({
      'a/one.yaml': configMap('one', { at: '0' }),
      'a/web.yaml': release(),
      'a/stays.yaml': configMap('stays', { at: '0' }),
      'b/two.yaml': configMap('two', { at: '0' }),
    });
    for (const path of ['a', 'b']) await ops().sync(TEAM, path, { path });
    for (const path of ['a', 'b']) await ops().untilApplied(TEAM, path, first);
    await ops().world.until(TEAM, 'web', ({ status }) => {
      expect(status?.deployed?.revision).to.equal(1);
    });
    const before = [await find('configmaps', 'one'), await find('helmreleases', 'web')];
    expect(before.map(ownerOf)).to.deep.equal(['a', 'a']);

    const moved = await ops().commit({
      'a/one.yaml': GONE,
      'a/web.yaml': GONE,
      'b/one.yaml': configMap('one', { at: '0' }),
      'b/web.yaml': release(),
    });
    for (const path of ['a', 'b']) await ops().untilApplied(TEAM, path, moved);

    const after = [await find('configmaps', 'one'), await find('helmreleases', 'web')];
    expect(after.map(ownerOf)).to.deep.equal(['b', 'b']);
    expect(after.map((object) => object?.metadata.uid)).to.deep.equal(
      before.map((object) => object?.metadata.uid),
    );
    expect(await ops().world.revisions(TEAM, 'web')).to.have.lengthOf(1);
    expect(await held('a')).to.deep.equal(['ConfigMap stays']);
    expect(await held('b')).to.have.members(['ConfigMap one', 'ConfigMap two', 'HelmRelease web']);
  });

  it('is deleted when it leaves the folder that it has moved to', async () => {
    const gone = await ops().commit({ 'b/one.yaml': GONE });
    await ops().untilApplied(TEAM, 'b', gone);
    expect(await find('configmaps', 'one')).to.equal(undefined);
  });

  it('is exchanged for another one in the same commit', async () => {
    const uids = async () => ({
      stays: (await find('configmaps', 'stays'))?.metadata.uid,
      two: (await find('configmaps', 'two'))?.metadata.uid,
    });
    const before = await uids();
    const commit = await ops().commit({
      'a/stays.yaml': GONE,
      'a/two.yaml': configMap('two', { at: '0' }),
      'b/two.yaml': GONE,
      'b/stays.yaml': configMap('stays', { at: '0' }),
    });
    for (const path of ['a', 'b']) await ops().untilApplied(TEAM, path, commit);

    expect(await uids()).to.deep.equal(before);
    expect(ownerOf(await find('configmaps', 'two'))).to.equal('a');
    expect(ownerOf(await find('configmaps', 'stays'))).to.equal('b');
  });

  it('stays while the same commit makes the folder unreadable that it may have moved to', async () => {
    await ops().commit({
      'a/more.yaml': configMap('more', { at: '0' }),
      'a/most.yaml': configMap('most', { at: '0' }),
    });
    const before = await ops().untilApplied(TEAM, 'a', (await ops().git('rev-parse', 'main')).trim());
    await ops().untilApplied(TEAM, 'b', before.status?.appliedRevision?.split(':').at(-1) ?? '');
    const uid = (await find('configmaps', 'more'))?.metadata.uid;

    await ops().commit({
      'a/more.yaml': GONE,
      'b/more.yaml': configMap('more', { at: '0' }),
      'b/broken.yaml': 'apiVersion: v1\nkind: [',
    });
    const { status } = await ops().until(TEAM, 'a', (sync) => {
      expect(sync.status?.failure?.step).to.equal('prune');
    });
    expect(status?.failure?.cause).to.include('ConfigMap team/more').and.include('GitSync team/b');
    expect((await find('configmaps', 'more'))?.metadata.uid).to.equal(uid);

    const mended = await ops().commit({ 'b/broken.yaml': GONE });
    for (const path of ['a', 'b']) await ops().untilApplied(TEAM, path, mended);
    expect((await find('configmaps', 'more'))?.metadata.uid).to.equal(uid);
    expect(ownerOf(await find('configmaps', 'more'))).to.equal('b');
  });

  it('is not deleted by an edit of two specs that moves a folder', async () => {
    const commit = await ops().commit({
      'shared/one.yaml': configMap('shared', { at: '0' }),
      'a/keep.yaml': configMap('keep-a', { at: '0' }),
      'a/keep-too.yaml': configMap('keep-too', { at: '0' }),
    });
    await ops().sync(TEAM, 'a', { path: ['a', 'shared'], ref: { branch: 'main' } });
    for (const path of ['a', 'b']) await ops().untilApplied(TEAM, path, commit);
    const uid = (await find('configmaps', 'shared'))?.metadata.uid;

    await ops().sync(TEAM, 'a', { path: 'a', ref: { branch: 'main' } });
    await ops().sync(TEAM, 'b', { path: ['b', 'shared'] });
    for (const path of ['a', 'b']) await ops().untilApplied(TEAM, path, commit);
    expect((await find('configmaps', 'shared'))?.metadata.uid).to.equal(uid);
    expect(ownerOf(await find('configmaps', 'shared'))).to.equal('b');
  });

  it('is not deleted when the account of the other may not have it, and the status says so', async () => {
    const poor = 'poor';
    await ops().openNamespace(poor, [
      { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'watch'] },
    ]);
    const moved = (at: string) =>
      configMap('rich', { at }).replace('name: rich', `name: rich\n  namespace: ${TEAM}`);
    const first = await ops().commit({ 'a/rich.yaml': moved('0'), 'poor/.keep.yaml': '' });
    await ops().sync(poor, 'poor', { path: 'poor' });
    await ops().untilApplied(poor, 'poor', first);
    await ops().untilApplied(TEAM, 'a', first);
    const uid = (await find('configmaps', 'rich'))?.metadata.uid;

    await ops().commit({ 'a/rich.yaml': GONE, 'poor/rich.yaml': moved('0') });
    const { status } = await ops().until(
      TEAM,
      'a',
      (sync) => {
        expect(sync.status?.failure?.step).to.equal('prune');
      },
      45_000,
    );
    expect(status?.failure?.cause)
      .to.include('ConfigMap team/rich')
      .and.include('GitSync poor/poor has it in Git');
    expect((await find('configmaps', 'rich'))?.metadata.uid).to.equal(uid);

    const back = await ops().commit({ 'poor/rich.yaml': GONE });
    await ops().untilApplied(TEAM, 'a', back);
    expect(await find('configmaps', 'rich')).to.equal(undefined);
    await ops().world.cluster.kubectl('delete', 'gitsync', 'poor', '-n', poor);
  });

  it('stays when its GitSync is deleted with all that it holds by the commit that moves it', async () => {
    await ops().sync(TEAM, 'c', { path: 'c', deletionPolicy: 'delete' });
    const first = await ops().commit({
      'c/moves.yaml': configMap('moves', { at: '0' }),
      'c/goes.yaml': configMap('goes', { at: '0' }),
    });
    await ops().untilApplied(TEAM, 'c', first);
    const uid = (await find('configmaps', 'moves'))?.metadata.uid;

    await ops().sync(TEAM, 'c', { path: 'c', deletionPolicy: 'delete', suspend: true });
    const commit = await ops().commit({
      'c/moves.yaml': GONE,
      'c/goes.yaml': GONE,
      'b/moves.yaml': configMap('moves', { at: '0' }),
    });
    await ops().world.cluster.kubectl('delete', 'gitsync', 'c', '-n', TEAM, '--timeout=30s');
    await ops().untilApplied(TEAM, 'b', commit, 45_000);

    expect((await find('configmaps', 'moves'))?.metadata.uid).to.equal(uid);
    expect(ownerOf(await find('configmaps', 'moves'))).to.equal('b');
    expect(await find('configmaps', 'goes')).to.equal(undefined);
  });

  it('belongs to nobody when its GitSync has gone, and may be taken by another one', async () => {
    const uid = (await find('configmaps', 'most'))?.metadata.uid;
    await ops().world.cluster.kubectl('delete', 'gitsync', 'a', '-n', TEAM);
    const commit = await ops().commit({ 'a/most.yaml': GONE, 'b/most.yaml': configMap('most', { at: '1' }) });
    await ops().untilApplied(TEAM, 'b', commit);

    const taken = await find('configmaps', 'most');
    expect(taken?.metadata.uid).to.equal(uid);
    expect(ownerOf(taken)).to.equal('b');
  });
});
