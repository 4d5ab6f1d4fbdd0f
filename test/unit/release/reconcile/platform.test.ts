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
    expect(failure).to.include({ step: 'upgrade', attempts: 0, platformFailures: 1 });
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

  it('because helm was killed blames no input: the lock goes, and it is tried again every five minutes at last', async () => {
    const world = createWorld(WITH_ROLLBACK);
    await world.pass();
    world.chart = 'b';
    world.helm.faults.set('upgrade', 'lost');
    const pauses: number[] = [];

    for (let tries = 0; tries < 10; tries++) {
      const { runs, outcome } = await world.pass();
      expect(runs).to.deep.equal(['helm upgrade']);
      expect((await world.pass()).effects).to.deep.equal([]);
      if (outcome?.kind !== 'retry') continue;
      pauses.push(outcome.ms);
      world.later(outcome.ms);
      if (outcome.ms === 180_000) world.later(120_000);
    }

    expect(pauses).to.deep.equal([5, 10, 20, 40, 80, 160, 180, 180, 180, 180].map((s) => s * 1_000));
    expect(world.status().failure).to.include({ attempts: 0, platformFailures: 10 });
    expect(world.condition('Ready')?.message).to.contain('helm upgrade was killed');
    expect(world.storage.newest('web')?.status).to.equal('failed');
    world.helm.faults.clear();
    expect((await world.pass()).runs).to.deep.equal(['helm upgrade']);
    expect(world.condition('Ready')?.status).to.equal('True');
  });

  it('leaves an installation an installation, when its tests could not be run and it is waited for once more', async () => {
    const world = createWorld({ wait: true, test: { enable: true } });
    world.helm.faults.set('test', 'lost');
    await world.pass();
    world.helm.faults.clear();
    world.health.set('a', { kind: 'progressing', why: 'Deployment shop/web: 0 of 1 pods are ready' });
    const begun = world.status().history?.[0]?.time;
    world.later(5_000);

    await world.pass();

    expect(world.status().operation).to.include({ action: 'install', cause: 'FirstInstall' });
    expect(world.status().history).to.have.length(1);
    expect(world.status().history?.[0]).to.include({ action: 'install', cause: 'FirstInstall', time: begun });
  });

  it('because of the platform takes none of its own tries away from the input', async () => {
    const world = createWorld({ rollback: { maxRetries: 1 } });
    await world.pass();
    world.chart = 'b';
    for (const fault of ['unreachable', 'lost', 'unreachable', 'after'] as const) {
      world.helm.faults.set('upgrade', fault);
      expect((await world.pass()).outcome?.kind).to.equal('retry');
      world.later(300_000);
    }
    expect(world.status().failure?.attempts).to.equal(1);

    expect((await world.pass()).outcome?.kind).to.equal('stalled');
    expect(world.status().failure?.attempts).to.equal(2);
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
