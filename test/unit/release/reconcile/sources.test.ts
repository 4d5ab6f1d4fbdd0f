import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createWorld } from './world/world.ts';
import type { World } from './world/world.ts';

const BROKEN = { kind: 'failed', why: 'Deployment shop/web is broken' } as const;

async function away(world: World): Promise<void> {
  const { chart } = world;
  world.chart = undefined;
  await world.pass();
  world.chart = chart;
  world.later(600_000);
}

/** Killed a little later each time, until it is the rollback that the kill hits. */
async function killedInRollback(effects = 0): Promise<World> {
  const world = createWorld({ wait: true, rollback: { enable: true } });
  await world.pass();
  world.chart = 'b';
  world.health.set('b', BROKEN);
  await world.pass(effects);
  const { status = '' } = world.storage.newest('web') ?? {};
  return status === 'pending-rollback' ? world : await killedInRollback(effects + 1);
}

describe('a chart source that is away for a while', () => {
  it('does not have an input tried again that was rolled back', async () => {
    const world = createWorld({ wait: true, rollback: { enable: true } });
    await world.pass();
    world.chart = 'b';
    world.health.set('b', BROKEN);
    await world.pass();
    const stood = world.condition('Ready')?.message;
    expect(stood).to.include('rolled back as revision 3');

    await away(world);
    const back = await world.pass();

    expect(back.runs).to.deep.equal([]);
    expect(back.outcome?.kind).to.equal('stalled');
    expect(world.condition('Ready')?.message).to.include('Deployment shop/web is broken');
    expect(world.condition('Stalled')?.status).to.equal('True');
  });

  it('is told of once, however often it is looked at, and waited for', async () => {
    const world = createWorld();
    world.chart = undefined;
    const first = await world.pass();
    expect(world.condition('Reconciling')?.status).to.equal('True');
    expect(world.status().failure).not.to.have.property('nextTry');

    world.later(600_000);
    const again = await world.pass();

    expect(first.effects).not.to.deep.equal([]);
    expect(again.effects).to.deep.equal([]);
    expect(again.outcome).to.deep.equal({ kind: 'retry', ms: Number.POSITIVE_INFINITY });
  });

  it('has nothing written that holds a HelmRelease of which there is no release', async () => {
    const world = createWorld();
    world.subject.letGo();
    world.chart = undefined;
    await world.pass();
    expect(world.subject.get().metadata.finalizers ?? []).to.deep.equal([]);

    world.chart = 'a';
    await world.pass();
    expect(world.subject.get().metadata.finalizers).to.have.lengthOf(1);
  });

  it('has a HelmRelease held all the same that Helm knows a release of', async () => {
    const world = createWorld();
    await world.pass();
    world.subject.letGo();
    world.chart = undefined;

    await world.pass();

    expect(world.subject.get().metadata.finalizers).to.have.lengthOf(1);
  });

  it('does not give an input new tries that has used them up', async () => {
    const world = createWorld({ rollback: { maxRetries: 1 } });
    await world.pass();
    world.chart = 'b';
    world.helm.faults.set('upgrade', 'after');
    await world.pass();
    world.later(60_000);
    await world.pass();
    expect(world.storage.all('web')).to.have.lengthOf(3);

    for (let times = 0; times < 3; times++) {
      await away(world);
      expect((await world.pass()).outcome?.kind).to.equal('stalled');
    }

    expect(world.storage.all('web')).to.have.lengthOf(3);
  });

  it('does not make a rollback that was killed look like the work of somebody else', async () => {
    const world = await killedInRollback();
    await away(world);

    await world.pass();

    expect(world.storage.newest('web')).to.include({ status: 'deployed', content: 'a' });
    expect(world.events).not.to.include('ForeignChange');
  });
});

describe('a chart that a GitSync has to vouch for', () => {
  const unproved = { kind: 'not-known-yet', why: 'GitSync shop/team, which was not looked at yet' } as const;

  it('is waited for by a new release, which says for whom', async () => {
    const world = createWorld();
    world.unproved = unproved;
    const { outcome, runs } = await world.pass();

    expect(runs).to.deep.equal([]);
    expect(outcome).to.deep.equal({ kind: 'wait', ms: 30_000 });
    expect(world.condition('Reconciling')?.message).to.equal(`waiting for ${unproved.why}`);
    expect(world.status()).not.to.have.property('failure');

    world.unproved = undefined;
    expect((await world.pass()).runs).to.have.length(1);
  });

  it('changes nothing of a release that stands, and is no failure', async () => {
    const world = createWorld();
    await world.pass();
    world.unproved = unproved;

    const { effects, runs } = await world.pass();

    expect([effects, runs]).to.deep.equal([[], []]);
    expect(world.condition('Ready')?.status).to.equal('True');
  });
});
