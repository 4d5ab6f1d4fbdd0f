import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createWorld } from './world/world.ts';
import type { World } from './world/world.ts';

const BROKEN = { kind: 'failed', why: 'Deployment shop/web is broken' } as const;

/** Passes over a long time; gives what helm was run for. */
async function runsOver(world: World, passes: number): Promise<readonly string[]> {
  const runs: string[] = [];
  for (let count = 0; count < passes; count++) {
    runs.push(...(await world.pass()).runs);
    world.later(600_000);
  }
  return runs;
}

/** A release whose first input works and whose second was rolled back. */
async function rolledBack(world: World): Promise<void> {
  await world.pass();
  world.chart = 'b';
  world.health.set('b', BROKEN);
  await world.pass();
}

describe('what went wrong with Helm Operator 1.4.4', () => {
  it('defect 6: a failure is told by the HelmRelease also when its release is in another namespace', async () => {
    const world = createWorld({ targetNamespace: 'elsewhere', helmVersion: 'v2' });

    await world.pass();

    expect(world.status().failure).to.include({ step: 'spec' });
    expect(world.status().phase).to.equal('Failed');
    expect(world.condition('Released')).to.include({
      status: 'False',
      message: "Release failed for Helm release 'web' in 'elsewhere'.",
    });
  });

  it('defect 7: a chart source that is there again is told of, and nothing else is done', async () => {
    const world = createWorld();
    await world.pass();
    world.chart = undefined;
    await world.pass();
    expect(world.condition('ChartFetched')?.status).to.equal('False');
    world.chart = 'a';
    world.later(600_000);

    expect((await world.pass()).runs).to.deep.equal([]);

    expect(world.condition('ChartFetched')?.status).to.equal('True');
    expect(world.condition('Released')?.status).to.equal('True');
    expect(world.status().phase).to.equal('Succeeded');
  });

  it('defect 8: an installation that fails is tried again after growing pauses, not for ever, and nothing is purged', async () => {
    const world = createWorld();
    world.helm.faults.set('install', 'after');
    const pauses: number[] = [];
    for (let tries = 0; tries < 6; tries++) {
      const { outcome, runs } = await world.pass();
      expect(runs).to.deep.equal(['helm install']);
      if (outcome?.kind !== 'retry') continue;
      pauses.push(outcome.ms);
      world.later(outcome.ms);
    }

    expect(pauses).to.deep.equal([5_000, 10_000, 20_000, 40_000, 80_000]);
    expect(await runsOver(world, 3)).to.deep.equal([]);
    expect(world.condition('Stalled')?.status).to.equal('True');
    expect(world.storage.all('web')).to.have.lengthOf(6);
  });

  it('defect 9: an upgrade whose tests failed stays a failure, with no rollback to end it', async () => {
    const world = createWorld({ test: { enable: true } });
    await world.pass();
    world.chart = 'b';
    world.helm.faults.set('test', 'after');
    await world.pass();
    world.helm.faults.clear();

    expect(await runsOver(world, 3)).to.deep.equal([]);

    expect(world.status().phase).to.equal('TestFailed');
    expect(world.condition('Released')?.status).to.equal('False');
    expect(world.condition('Ready')?.status).to.equal('False');
  });

  it('defect 10: a rollback stands, however few revisions are kept', async () => {
    for (const maxHistory of [0, 1]) {
      const world = createWorld({ wait: true, maxHistory, rollback: { enable: true } });
      await rolledBack(world);
      world.storage.remove('web', ({ revision }) => maxHistory === 0 || revision === 3);

      expect(await runsOver(world, 3), `maxHistory: ${String(maxHistory)}`).to.deep.equal([]);

      expect(world.storage.newest('web')).to.include({ revision: 3, content: 'a', status: 'deployed' });
    }
  });

  it('defect 10: an upgrade after a rollback that makes no revision rolls nothing back', async () => {
    const world = createWorld({ wait: true, rollback: { enable: true } });
    await rolledBack(world);
    world.chart = 'c';
    world.helm.faults.set('upgrade', 'before');

    expect((await world.pass()).runs).to.deep.equal(['helm upgrade']);

    expect(world.storage.newest('web')).to.include({ revision: 3, content: 'a', status: 'deployed' });
  });

  it('defect 20: a release that Tiller keeps is neither converted nor installed a second time', async () => {
    const world = createWorld();
    world.tillerRecord = 'kube-system/web.v3';

    expect(await runsOver(world, 2)).to.deep.equal([]);

    expect(world.condition('Stalled')).to.include({ status: 'True', reason: 'Helm2Release' });
    expect(world.condition('Ready')?.message).to.match(
      /^release web is one of Helm 2 \(kube-system\/web\.v3 .*helm 2to3 convert web/,
    );
    world.tillerRecord = undefined;
    expect((await world.pass()).runs).to.deep.equal(['helm install']);
  });

  it('defect 20: a release that was converted is taken over, whatever Tiller still keeps', async () => {
    const world = createWorld();
    world.tillerRecord = 'kube-system/web.v3';
    world.storage.add('web', 'deployed', 'theirs', {});

    expect((await world.pass()).outcome?.kind).to.equal('done');

    expect(world.storage.all('web')).to.have.lengthOf(1);
  });
});
