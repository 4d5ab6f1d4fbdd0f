import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createWorld } from './world/world.ts';

const STARTING = { kind: 'progressing', why: 'Deployment elsewhere/web: 0 of 1 pods are ready' } as const;

describe('a release whose objects no watch tells of', () => {
  it('is looked at every five seconds while it is waited for, and at its deadline', async () => {
    const world = createWorld({ wait: true, timeout: 12 });
    world.isWatched = false;
    world.health.set('a', STARTING);

    const looks: number[] = [];
    for (let n = 0; n < 3; n++) {
      const { outcome } = await world.pass();
      const ms = outcome?.kind === 'wait' ? outcome.ms : 0;
      looks.push(ms);
      world.later(ms);
    }

    expect(looks).to.deep.equal([5_000, 5_000, 2_000]);
    await world.pass();
    expect(world.status().failure?.cause).to.include('it was not ready within 12 s (spec.timeout)');
  });

  it('is waited for until its deadline where a watch would tell', async () => {
    const world = createWorld({ wait: true, timeout: 12 });
    world.health.set('a', STARTING);

    expect((await world.pass()).outcome).to.deep.equal({ kind: 'wait', ms: 12_000 });
  });

  it('is found ill when it is looked at again, and well', async () => {
    const world = createWorld();
    world.isWatched = false;
    await world.pass();
    world.health.set('a', STARTING);

    expect((await world.pass()).outcome).to.deep.equal({ kind: 'done' });
    expect(world.condition('Ready')).to.include({ status: 'False', reason: 'Unhealthy' });

    world.health.clear();
    await world.pass();
    expect(world.condition('Ready')).to.include({ status: 'True' });
  });

  it('is looked at as often after a rollback', async () => {
    const world = createWorld({ wait: true, rollback: { enable: true, wait: true, timeout: 60 } });
    await world.pass();
    world.chart = 'b';
    world.isWatched = false;
    world.health.set('b', { kind: 'failed', why: 'broken' });
    world.health.set('a', STARTING);

    expect((await world.pass()).outcome).to.deep.equal({ kind: 'wait', ms: 5_000 });
  });
});
