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

  it('is found again by the labels: what leaves Git meanwhile is deleted, what was there before stays', async () => {
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
    const second = await ops().commit({ 'one-7.yaml': GONE, 'before.yaml': GONE });
    await ops().sync(TEAM, 'team', { suspend: false });
    const { metadata, status } = await ops().untilApplied(TEAM, 'team', second, 30_000);

    expect(status?.counts).to.include({ pruned: 1, failed: 0 });
    expect(status?.kept).to.deep.equal([
      {
        object: 'ConfigMap team/before',
        why: 'it was there before; to have it deleted, set its annotation gitops.helm-release-operator.io/prune to "allow"',
      },
    ]);
    const listed = await cluster.kubectl('get', 'configmaps', '-n', TEAM, '-o', 'name');
    expect(listed).not.to.match(/one-7$/m);
    expect(listed).to.match(/before$/m);
    const [told] = await eventsOf(ops().world, metadata, 'InventoryLost');
    expect(told?.message).to.include(`${String(MANY + 1)} objects were found again`);
  });
});
