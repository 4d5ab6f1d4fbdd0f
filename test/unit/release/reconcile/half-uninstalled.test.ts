import { expect } from 'chai';
import { describe, it } from 'mocha';
import { conditionOf } from '../../../../src/api/conditions.ts';
import { targetOf } from '../../../../src/api/release-name.ts';
import { createWorld } from './world/world.ts';

const HELD = 'revision 1 is uninstalling: another helm holds the release';

describe('a release that is found half uninstalled', () => {
  it('is cleared at once, wherever the operator was killed in its own uninstall', async () => {
    let wasHalfDone = false;
    for (let effects = 0; effects < 14; effects++) {
      const world = createWorld({ test: { enable: true } });
      world.helm.faults.set('test', 'after');
      await world.pass(effects);
      world.helm.faults.clear();
      const halfDone = world.storage.newest('web')?.status === 'uninstalling';
      wasHalfDone ||= halfDone;

      const { runs, outcome } = await world.pass();

      if (halfDone) expect(runs[0]).to.equal('helm uninstall');
      expect(outcome, `killed after ${effects}`).not.to.deep.include({ kind: 'wait' });
      expect(world.status().operation).to.equal(undefined);
    }
    expect(wasHalfDone).to.equal(true);
  });

  it('goes on to say what its tests said while it is cleared', async () => {
    const world = createWorld({ test: { enable: true } });
    world.helm.faults.set('test', 'after');
    await world.pass();

    const clearing = world.subject.written.find(({ operation }) => operation?.action === 'uninstall');
    expect(conditionOf(clearing?.conditions, 'Ready')?.message).to.contain('helm test of revision 1 failed');
  });

  it('is left to whoever uninstalls it, which is said, and installed anew when that is done', async () => {
    const world = createWorld();
    await world.pass();
    world.helm.foreign.beginUninstall('web');

    const held = await world.pass();

    expect(held.runs).to.deep.equal([]);
    expect(held.outcome?.kind).to.equal('wait');
    expect(world.condition('Reconciling')?.message).to.equal(HELD);
    expect((await world.preview()).why).to.contain(HELD);
    expect((await world.pass()).effects).to.deep.equal([]);
    world.storage.remove('web');
    expect((await world.pass()).runs).to.deep.equal(['helm install']);
  });

  it('is installed anew when it is gone, although the input had failed as an upgrade of it', async () => {
    for (const fault of ['upgrade', 'test'] as const) {
      const world = createWorld({ rollback: { enable: true }, test: { enable: true } });
      await world.pass();
      world.chart = 'b';
      world.helm.faults.set(fault, 'after');
      await world.pass();
      world.helm.faults.clear();
      expect((await world.pass()).outcome?.kind, 'the rollback stands').to.equal('stalled');
      world.storage.remove('web');

      const { runs, outcome } = await world.pass();

      expect(runs, fault).to.deep.equal(['helm install', 'helm test']);
      expect(outcome?.kind).to.equal('done');
      expect(world.storage.newest('web')).to.include({ status: 'deployed', content: 'b' });
      expect(world.status().failure).to.equal(undefined);
    }
  });

  it('is not installed again and again when its first installation fails', async () => {
    const world = createWorld({ rollback: { enable: true, maxRetries: 1 } });
    await world.pass();
    world.chart = 'b';
    world.helm.faults.set('upgrade', 'after');
    await world.pass();
    world.storage.remove('web');
    world.helm.faults.set('install', 'after');
    const runs: string[] = [];
    for (let looks = 0; looks < 10; looks++) {
      runs.push(...(await world.pass()).runs);
      world.later(3_600_000);
    }

    expect(runs.length, runs.join()).to.be.within(1, 2);
    expect(new Set(runs)).to.deep.equal(new Set(['helm install']));
    expect(world.condition('Stalled')?.message).to.match(/^install of /);
  });

  it("stays so where it is the operator's own, which is said once, and the way out with it", async () => {
    const world = createWorld();
    await world.pass();
    world.ownRelease = targetOf(world.subject.get());
    world.helm.foreign.beginUninstall('web');
    world.later(900_000);

    const { runs, outcome } = await world.pass();

    expect(runs).to.deep.equal([]);
    expect(outcome?.kind).to.equal('stalled');
    expect(world.condition('Stalled')?.message).to.include('helm uninstall web --namespace shop again');
    expect((await world.preview()).why).to.equal(world.condition('Stalled')?.message);
    expect((await world.pass()).effects).to.deep.equal([]);
    expect(world.events.filter((reason) => reason === 'OwnReleaseUninstalling')).to.have.length(1);
  });

  it('is cleared when that takes too long to be alive', async () => {
    const world = createWorld();
    await world.pass();
    world.helm.foreign.beginUninstall('web');
    world.later(899_000);
    expect((await world.pass()).runs).to.deep.equal([]);
    world.later(1_000);

    expect((await world.pass()).runs).to.deep.equal(['helm uninstall', 'helm install']);
  });

  it('is known as our own also where the HelmRelease stood for another release in between', async () => {
    const world = createWorld({ test: { enable: true } });
    world.helm.faults.set('test', 'after').set('uninstall', 'before');
    await world.pass();
    world.helm.faults.clear();
    world.subject.edit({ releaseName: 'shop' });
    await world.pass();
    world.subject.edit({ releaseName: 'web' });

    expect((await world.pass()).runs.slice(0, 2)).to.deep.equal(['helm uninstall', 'helm install']);
  });
});
