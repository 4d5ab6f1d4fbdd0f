import { expect } from 'chai';
import { describe, it } from 'mocha';
import { eventually } from '../../support/eventually.ts';
import { configMap, useGitOps } from './gitops.ts';

const TEAM = 'team';

interface Object {
  readonly metadata: { readonly uid: string; readonly resourceVersion: string };
  readonly data?: Readonly<Record<string, string>>;
}

describe('a repository that many use', function () {
  this.timeout(90_000);
  const ops = useGitOps({ namespaces: [TEAM, 'other'] });

  const configMapOf = (name: string, namespace = TEAM): Promise<Object | undefined> =>
    ops().world.cluster.get<Object>('configmaps', name, namespace);

  it('is asked once for all GitSyncs and charts, and fetched once for a commit', async () => {
    const first = await ops().commit({
      'a/one.yaml': configMap('one', { at: '0' }),
      'b/two.yaml': configMap('two', { at: '0' }),
      'c/three.yaml': configMap('three', { at: '0' }),
    });
    for (const path of ['a', 'b', 'c']) await ops().sync(TEAM, path, { path, interval: '10m' });
    for (const path of ['a', 'b', 'c']) await ops().untilApplied(TEAM, path, first);
    const before = ops().world.git.requests();
    const second = await ops().commit({ 'a/one.yaml': configMap('one', { at: '1' }) });

    expect(await ops().operator().post('/api/v1/sync-git')).to.equal(200);
    for (const path of ['a', 'b', 'c']) await ops().untilApplied(TEAM, path, second);

    const after = ops().world.git.requests();
    expect(after.fetch - before.fetch).to.equal(1);
    // Those that are told at once share an answer; one that began before may not.
    expect(after.lsRefs - before.lsRefs).to.be.at.most(3);
  });

  it('ends at the newest of ten commits in a moment, and at what a revert or a force-push says', async () => {
    await ops().sync(TEAM, 'a', { path: 'a', interval: '1s' });
    let newest = '';
    for (let at = 1; at <= 10; at += 1) {
      newest = await ops().commit({ 'a/one.yaml': configMap('one', { at: String(at) }) });
    }
    await ops().untilApplied(TEAM, 'a', newest);
    expect((await configMapOf('one'))?.data).to.deep.equal({ at: '10' });

    const revert = await ops().commit({ 'a/one.yaml': configMap('one', { at: '9' }) }, { message: 'Revert' });
    await ops().untilApplied(TEAM, 'a', revert);
    expect((await configMapOf('one'))?.data).to.deep.equal({ at: '9' });

    await ops().forcePush(newest);
    await ops().untilApplied(TEAM, 'a', newest);
    expect((await configMapOf('one'))?.data).to.deep.equal({ at: '10' });
  });

  it('leaves an object with the GitSync that had it first, and names that one to the other', async () => {
    const before = await configMapOf('two');
    await ops().sync(TEAM, 'second', { path: 'b' });

    const { status } = await ops().until(TEAM, 'second', (sync) => {
      expect(sync.status?.failure).not.to.equal(undefined);
    });

    expect(status?.failure?.cause).to.include('b/two.yaml').and.include('team/b');
    expect((await configMapOf('two'))?.metadata.resourceVersion).to.equal(before?.metadata.resourceVersion);
    await ops().world.cluster.kubectl('delete', 'gitsync', 'second', '-n', TEAM);
  });

  it('says since when its host is away, leaves the cluster as it is, and goes on by itself', async () => {
    ops().world.git.fail({ kind: 'status', code: 503 });
    const commit = await ops().commit({ 'a/one.yaml': configMap('one', { at: '11' }) });

    const { status } = await ops().until(TEAM, 'a', (sync) => {
      expect(sync.status?.sourceFailingSince).not.to.equal(undefined);
    });
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    expect(ready).to.include({ status: 'False', reason: 'SourceUnavailable' });
    expect(ready?.message).to.include(`since ${status?.sourceFailingSince ?? ''}`);
    expect((await configMapOf('one'))?.data).to.deep.equal({ at: '10' });

    ops().world.git.fail(undefined);
    await ops().untilApplied(TEAM, 'a', commit);
    expect((await configMapOf('one'))?.data).to.deep.equal({ at: '11' });
  });

  it('brings a kind and its objects in one commit, and waits until the kind is served', async () => {
    const rules = [
      { apiGroups: ['example.com'], resources: ['*'], verbs: ['*'] },
      { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], verbs: ['*'] },
    ];
    await ops().openNamespace('kinds', rules);
    await ops().grantCluster('kinds', rules);
    const definition = [
      'apiVersion: apiextensions.k8s.io/v1',
      'kind: CustomResourceDefinition',
      'metadata: {name: parrots.example.com}',
      'spec:',
      '  group: example.com',
      '  names: {kind: Parrot, plural: parrots}',
      '  scope: Namespaced',
      '  versions:',
      '    - name: v1',
      '      served: true',
      '      storage: true',
      '      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}',
    ].join('\n');
    const commit = await ops().commit({
      'kinds/a-parrot.yaml':
        'apiVersion: example.com/v1\nkind: Parrot\nmetadata: {name: polly}\nspec: {colour: green}\n',
      'kinds/definition.yaml': definition,
    });
    await ops().sync('kinds', 'kinds', { path: 'kinds' });

    await ops().untilApplied('kinds', 'kinds', commit);

    expect(await ops().world.cluster.get('parrots.example.com', 'polly', 'kinds')).not.to.equal(undefined);
  });

  it('names a namespace that does not exist, and an immutable field with the way out', async () => {
    await ops().commit({ 'wrong/x.yaml': configMap('x', {}, '  namespace: nowhere\n') });
    await ops().sync(TEAM, 'wrong', { path: 'wrong' });
    await ops().until(TEAM, 'wrong', ({ status }) => {
      expect(status?.failure?.cause).to.include('wrong/x.yaml').and.include('nowhere');
    });

    const secret = (type: string): string =>
      `apiVersion: v1\nkind: Secret\nmetadata: {name: sealed}\ntype: ${type}\nstringData: {key: do-not-tell}\n`;
    const good = await ops().commit({ 'wrong/x.yaml': secret('example.com/one') });
    await ops().untilApplied(TEAM, 'wrong', good);
    await ops().commit({ 'wrong/x.yaml': secret('example.com/two') });
    const { status } = await ops().until(TEAM, 'wrong', (sync) => {
      expect(sync.status?.failure?.faults?.[0]?.field).to.equal('type');
    });
    expect(status?.failure?.cause).to.include('Secret team/sealed').and.include('delete');
    expect(JSON.stringify(status)).not.to.include('do-not-tell');
    await eventually(async () => {
      const events = JSON.stringify(await ops().world.cluster.list('events', TEAM));
      expect(events).to.include('SyncFailed');
      expect(events).not.to.include('do-not-tell');
    });
  });
});
