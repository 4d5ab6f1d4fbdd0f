import { expect } from 'chai';
import { beforeEach, describe, it } from 'mocha';
import { World } from './world.ts';

function configMap(name: string, color = 'red'): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {color: ${color}}\n`;
}

describe('looking after what is applied', () => {
  let world: World;
  const colors = (): unknown[] =>
    Object.values(world.cluster.contents()).map((data: { color?: string }) => data.color);

  beforeEach(async () => {
    world = new World();
    world.commit({ 'a.yaml': configMap('a'), 'b.yaml': configMap('b') });
    await world.pass();
    world.events.length = 0;
  });

  it('puts back what was changed and what was deleted, and nothing else', async () => {
    world.cluster.changeByHand('a', { color: 'blue' });
    await world.pass();
    expect(world.cluster.calls).to.deep.equal(['try a', 'apply a']);

    world.cluster.deleteByHand('b');
    await world.pass();
    expect(world.cluster.calls).to.deep.equal(['try b', 'apply b']);

    expect(colors()).to.deep.equal(['red', 'red']);
    expect(world.events).to.deep.equal([
      'DriftCorrected: put back as Git has it: ConfigMap team/a',
      'DriftCorrected: put back as Git has it: ConfigMap team/b: it was deleted',
    ]);
    await world.pass();
    expect(world.cluster.calls).to.deep.equal([]);
  });

  it('needs no repository for that, and notices after a restart what was changed before', async () => {
    world.away = true;
    world.cluster.changeByHand('a', { color: 'blue' });
    world.restart();

    await world.pass();

    expect(colors()).to.deep.equal(['red', 'red']);
  });

  it('is counted, with each object once that was put back', async () => {
    world.cluster.changeByHand('a', { color: 'blue' });
    world.cluster.changeByHand('b', { color: 'blue' });
    await world.pass();
    world.cluster.changeByHand('a', { color: 'green' });
    await world.pass();

    expect(world.corrected).to.equal(3);
  });

  it('goes on while the newest commit is bad', async () => {
    world.commit({ 'a.yaml': 'a: {' });
    await world.pass();
    world.cluster.changeByHand('a', { color: 'blue' });

    await world.pass();

    expect(colors()).to.deep.equal(['red', 'red']);
    expect(world.ready()).to.contain('False BuildFailed');
  });

  it('does not keep a newer commit out when it fails', async () => {
    world.cluster.refused.set('a', 'try');
    world.cluster.changeByHand('a', { color: 'blue' });

    expect(await world.pass()).to.deep.equal({ kind: 'retry', ms: 5_000 });
    expect(world.ready()).to.match(/^False DryRunFailed/);
    const revision = world.commit({ 'b.yaml': configMap('b', 'green'), 'c.yaml': configMap('c') });
    await world.pass();

    expect(world.ready()).to.equal(`True Applied: applied ${revision}`);
    expect(world.cluster.contents()).not.to.have.property('ConfigMap team/a');
  });

  it('is well again when what has kept it is gone', async () => {
    world.cluster.refused.set('a', 'try');
    world.cluster.changeByHand('a', { color: 'blue' });
    await world.pass();
    world.cluster.refused.clear();
    world.later(6_000);

    await world.pass();

    expect(colors()).to.deep.equal(['red', 'red']);
    expect(world.ready()).to.contain('True Applied');
  });

  it('puts nothing back that is only held', async () => {
    world.commit({ 'ignored.txt': '' });
    await world.pass();
    expect(world.ready()).to.contain('False PruneHeld');
    world.cluster.deleteByHand('a');

    await world.pass();
    world.restart();
    await world.pass();

    expect(world.cluster.contents()).to.have.all.keys('ConfigMap team/b');
    expect(world.cluster.calls).to.deep.equal([]);
  });

  it('gives way to a rival for a while', async () => {
    for (let times = 0; times < 8; times += 1) {
      world.cluster.changeByHand('a', { color: 'blue' });
      await world.pass();
    }
    expect(world.events).to.have.length(5);

    world.later(61_000);
    await world.pass();
    expect(colors()).to.deep.equal(['red', 'red']);
  });

  it('applies all anew when the inventory is lost, and deletes nothing for it', async () => {
    const { inventory } = world.status;
    // As it looks when ConfigMaps hold it, and somebody has deleted them.
    world.sync = {
      ...world.sync,
      status: { ...world.status, inventory: { count: inventory?.count ?? 0, entries: [] } },
    };
    world.restart();

    await world.pass();

    expect(world.cluster.calls).to.deep.equal(['try a', 'try b', 'apply a', 'apply b']);
    expect(world.events[0]).to.match(/^InventoryLost/);
    expect(world.status.inventory?.entries.map(({ made }) => made)).to.deep.equal([true, true]);
    expect(world.ready()).to.contain('True Applied');
  });
});
