import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createWorld } from './world/world.ts';

const WITH_ROLLBACK = { wait: true, rollback: { enable: true } };

describe('an upgrade that fails', () => {
  it('because the API server is away blames no input: it is tried again and not rolled back', async () => {
    const world = createWorld(WITH_ROLLBACK);
    await world.pass();
    world.chart = 'b';
    world.helm.faults.set('upgrade', 'unreachable');

    expect((await world.pass()).runs).to.deep.equal(['helm upgrade']);

    const { failure, history } = world.status();
    expect(failure).to.include({ step: 'upgrade', attempts: 1 });
    expect(failure).not.to.have.property('revision');
    expect(history?.[0]).to.include({ revision: 2, result: 'Failed' });
    expect((await world.pass()).effects).to.deep.equal([]);
    world.helm.faults.clear();
    world.later(5_000);
    expect((await world.pass()).runs).to.deep.equal(['helm upgrade']);
    expect(world.condition('Ready')?.status).to.equal('True');
  });

  it('because the API server is away goes on being tried, beyond the tries that an input has', async () => {
    const world = createWorld(WITH_ROLLBACK);
    await world.pass();
    world.chart = 'b';
    world.helm.faults.set('upgrade', 'unreachable');

    for (let attempt = 1; attempt <= 8; attempt++) {
      expect((await world.pass()).runs).to.deep.equal(['helm upgrade']);
      world.later(300_000);
    }
  });

  it('by itself is rolled back and not tried again, also where the revision before is the only one', async () => {
    const world = createWorld(WITH_ROLLBACK);
    await world.pass();
    world.chart = 'b';
    world.helm.faults.set('upgrade', 'after');

    expect((await world.pass()).runs).to.deep.equal(['helm upgrade', 'helm rollback']);

    expect(world.condition('Stalled')?.status).to.equal('True');
    world.helm.faults.clear();
    world.later(3_600_000);
    expect((await world.pass()).effects).to.deep.equal([]);
  });
});
