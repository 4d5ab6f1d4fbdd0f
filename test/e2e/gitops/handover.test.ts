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
