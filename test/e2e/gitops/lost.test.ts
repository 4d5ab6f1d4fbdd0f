import { expect } from 'chai';
import { describe, it } from 'mocha';
import { eventsOf } from '../trouble.ts';
import { configMap, useGitOps } from './gitops.ts';

const TEAM = 'team';
/** So many that the inventory is kept in ConfigMaps beside the GitSync. */
const MANY = 210;
const GONE = { removed: true } as const;

describe('an inventory that somebody deletes', function () {
  this.timeout(90_000);
  const ops = useGitOps({ namespaces: [TEAM] });

  it('is found again by the labels: nothing is deleted for the loss, and later what it had made is known', async () => {
    const { cluster } = ops().world;
    await cluster.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'before', namespace: TEAM },
      data: { at: '0' },
    });
    const names = Array.from({ length: MANY }, (_, number) => `one-${String(number)}`);
    const files = Object.fromEntries(names.map((name) => [`${name}.yaml`, configMap(name, { at: '0' })]));
    const first = await ops().commit({ ...files, 'before.yaml': configMap('before', { at: '1' }) });
    await ops().sync(TEAM, 'team');
    await ops().untilApplied(TEAM, 'team', first, 30_000);
    await ops().sync(TEAM, 'team', { suspend: true });

    await cluster.kubectl('delete', 'configmap', 'gitsync-team-3', '-n', TEAM);
    const second = await ops().commit({ 'one-7.yaml': GONE });
    await ops().sync(TEAM, 'team', { suspend: false });
    const { metadata, status } = await ops().untilApplied(TEAM, 'team', second, 30_000);

    const listed = async (): Promise<string> =>
      await cluster.kubectl('get', 'configmaps', '-n', TEAM, '-o', 'name');
    expect(status?.counts).to.include({ pruned: 0, failed: 0 });
    expect(status?.kept?.map(({ object }) => object)).to.deep.equal(['ConfigMap team/one-7']);
    expect(await listed()).to.match(/one-7$/m);
    const [told] = await eventsOf(ops().world, metadata, 'InventoryLost');
    expect(told?.message).to.include(`${String(MANY)} objects were found again`);

    const third = await ops().commit({ 'one-8.yaml': GONE, 'before.yaml': GONE });
    const { status: after } = await ops().untilApplied(TEAM, 'team', third, 30_000);
    expect(after?.counts).to.include({ pruned: 1 });
    expect(after?.kept?.map(({ object }) => object)).to.deep.equal(['ConfigMap team/before']);
    expect(await listed()).not.to.match(/one-8$/m);
    expect(await listed()).to.match(/before$/m);
  });
});
