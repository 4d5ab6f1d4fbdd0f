import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Health } from '../../../../src/health/health.ts';
import { createWorld } from './world/world.ts';

const ILL: Health = { kind: 'progressing', why: 'Deployment shop/web: 0 of 1 pods ready' };

describe('a release that is deployed', () => {
  it('is told of once when it is not healthy, and again only after it was well', async () => {
    const world = createWorld();
    await world.pass();
    const told = (): number => world.events.filter((reason) => reason === 'Unhealthy').length;
    world.health.set('a', ILL);

    await world.pass();
    await world.pass();
    expect(told()).to.equal(1);
    expect(world.condition('Ready')).to.include({ status: 'False', reason: 'Unhealthy' });
    world.health.delete('a');
    await world.pass();
    world.health.set('a', ILL);
    await world.pass();

    expect(told()).to.equal(2);
  });

  it('is shown as deployed when the input that worked is wanted again after a rollback', async () => {
    const world = createWorld({ rollback: { enable: true } });
    await world.pass();
    world.chart = 'b';
    world.helm.faults.set('upgrade', 'after');
    await world.pass();
    expect(world.condition('Deployed')).to.include({ status: 'False' });
    world.chart = 'a';

    const { runs } = await world.pass();

    expect(runs).to.deep.equal([]);
    for (const type of ['Deployed', 'Released', 'Ready'] as const)
      expect(world.condition(type), type).to.include({ status: 'True' });
  });
});
