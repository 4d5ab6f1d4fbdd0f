import { expect } from 'chai';
import { describe, it } from 'mocha';
import { eventually } from '../../support/eventually.ts';
import { configMap, useGitOps } from './gitops.ts';

const TEAM = 'team';
const PRUNE = 'gitops.helm-release-operator.io/prune';

describe('what leaves Git', function () {
  this.timeout(60_000);
  const ops = useGitOps({ namespaces: [TEAM] });

  const exists = async (name: string): Promise<boolean> =>
    (await ops().world.cluster.get('configmaps', name, TEAM)) !== undefined;
  const keep = (value: string): string => `  annotations: {${PRUNE}: ${value}}\n`;

  it('is deleted, but what is marked, was there before, or is no longer of this GitSync', async () => {
    const { cluster } = ops().world;
    await cluster.kubectl('create', 'configmap', 'before', '-n', TEAM, '--from-literal=a=b');
    await cluster.kubectl('create', 'configmap', 'allowed', '-n', TEAM, '--from-literal=a=b');
    const first = await ops().commit({
      ...Object.fromEntries(
        ['one', 'two', 'three', 'four', 'five', 'six'].map((name) => [
          `p/${name}.yaml`,
          configMap(name, { a: 'b' }),
        ]),
      ),
      'p/marked.yaml': configMap('marked', { a: 'b' }, keep('disabled')),
      'p/before.yaml': configMap('before', { a: 'b' }),
      'p/allowed.yaml': configMap('allowed', { a: 'b' }, keep('allow')),
      'p/gone.yaml': configMap('gone', { a: 'b' }),
    });
    await ops().sync(TEAM, 'p', { path: 'p' });
    await ops().untilApplied(TEAM, 'p', first);

    const second = await ops().commit(
      Object.fromEntries(
        ['marked', 'before', 'allowed', 'gone', 'one'].map((name) => [
          `p/${name}.yaml`,
          { removed: true } as const,
        ]),
      ),
    );
    const { status } = await ops().untilApplied(TEAM, 'p', second);

    expect(status?.counts).to.include({ pruned: 3 });
    expect(status?.kept?.map(({ object }) => object)).to.have.members([
      'ConfigMap team/marked',
      'ConfigMap team/before',
    ]);
    expect(await exists('marked')).to.equal(true);
    expect(await exists('before')).to.equal(true);
    for (const name of ['allowed', 'gone', 'one']) expect(await exists(name), name).to.equal(false);
  });

  it('is not deleted when the folder is gone, which is an error', async () => {
    await ops().commit(
      Object.fromEntries(
        ['two', 'three', 'four', 'five', 'six'].map((name) => [`p/${name}.yaml`, { removed: true } as const]),
      ),
    );

    const { status } = await ops().until(TEAM, 'p', (sync) => {
      expect(sync.status?.failure?.step).to.equal('build');
    });

    expect(status?.failure?.cause).to.include("'p'");
    expect(await exists('two')).to.equal(true);
    const back = await ops().commit(
      Object.fromEntries(
        ['two', 'three', 'four'].map((name) => [`p/${name}.yaml`, configMap(name, { a: 'b' })]),
      ),
    );
    await ops().untilApplied(TEAM, 'p', back);
    expect(await exists('five')).to.equal(false);
  });

  it('stays when the GitSync is deleted, unless its policy says otherwise', async () => {
    const { cluster } = ops().world;
    await cluster.kubectl('delete', 'gitsync', 'p', '-n', TEAM, '--timeout=10s');
    expect(await exists('two')).to.equal(true);

    const commit = await ops().commit({
      'q/seven.yaml': configMap('seven', {}),
      'q/eight.yaml': configMap('eight', {}, keep('disabled')),
    });
    await ops().sync(TEAM, 'q', { path: 'q', deletionPolicy: 'delete' });
    await ops().untilApplied(TEAM, 'q', commit);
    await cluster.kubectl('delete', 'gitsync', 'q', '-n', TEAM, '--timeout=20s');

    await eventually(async () => {
      expect(await exists('seven')).to.equal(false);
    });
    expect(await exists('eight')).to.equal(true);
  });

  it('is known of more than two hundred objects too, after a restart', async () => {
    const names = Array.from({ length: 210 }, (_, at) => `many-${String(at)}`);
    const file = (some: readonly string[]): string => some.map((name) => configMap(name, {})).join('---\n');
    const first = await ops().commit({ 'many/all.yaml': file(names) });
    await ops().sync(TEAM, 'many', { path: 'many' });
    const { status } = await ops().untilApplied(TEAM, 'many', first);
    expect(status?.inventory).to.deep.include({ count: 210, entries: [] });

    await ops().operator().kill();
    const second = await ops().commit({ 'many/all.yaml': file(names.slice(0, 205)) });
    await ops().start();
    const after = await ops().untilApplied(TEAM, 'many', second);

    expect(after.status?.counts).to.include({ pruned: 5, applied: 0, unchanged: 205 });
    expect(await exists('many-209')).to.equal(false);
    expect(await exists('many-204')).to.equal(true);
  });
});
