import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { HelmReleaseStatus } from '../../../../src/api/helm-release.ts';
import { MARK_OWNER_LABEL, MARK_REJECTED_LABEL } from '../../../../src/api/names.ts';
import { createWorld } from './world/world.ts';
import type { World } from './world/world.ts';

/** As 1.4.4 leaves a release that it rolled back. */
const ROLLED_BACK: HelmReleaseStatus = {
  observedGeneration: 1,
  phase: 'RolledBack',
  releaseName: 'web',
  releaseStatus: 'deployed',
  revision: 'commit-good',
  lastAttemptedRevision: 'commit-a',
  rollbackCount: 1,
  conditions: [
    { type: 'Released', status: 'False', reason: 'DeployFailed' },
    { type: 'RolledBack', status: 'True', reason: 'RolledBack' },
  ],
};

function rolledBackBefore(world: World): void {
  world.storage.add('web', 'superseded', 'good', {});
  world.storage.add('web', 'failed', 'a', {});
  world.storage.add('web', 'deployed', 'good', {});
  world.difference = 'the values (text)';
  world.subject.setStatus(ROLLED_BACK);
}

const revisions = (world: World): readonly string[] =>
  world.storage.all('web').map(({ revision, status }) => `${revision} ${status}`);

describe('a release that 1.4.4 rolled back', () => {
  it('stays as it is, and its input is not tried again', async () => {
    const world = createWorld({ rollback: { enable: true } });
    rolledBackBefore(world);

    const taken = await world.pass();

    expect(taken.runs).to.deep.equal([]);
    expect(taken.outcome?.kind).to.equal('stalled');
    expect(revisions(world)).to.deep.equal(['1 superseded', '2 failed', '3 deployed']);
    expect(world.storage.newest('web')?.labels[MARK_REJECTED_LABEL]).to.equal(
      world.status().failedInput?.digest,
    );
    expect(world.status()).to.deep.include({ phase: 'RolledBack', rollbackCount: 1 });
    expect(world.status().failedInput).to.include({ step: 'upgrade', revision: 2, attempts: 1 });
    expect(world.status().deployed).to.include({ revision: 3, sourceRevision: 'commit-good' });
    expect(world.condition('Stalled')?.message).to.equal(
      'upgrade to revision 2 failed; rolled back as revision 3 (unknown-unknown); it is not tried again until chart, values or options change, or the annotation helm.fluxcd.io/reconcileAt gets a new value',
    );
    expect(world.events).to.deep.equal(['RolledBack']);
    expect((await world.pass()).effects).to.deep.equal([]);
  });

  for (let effects = 0; effects < 3; effects++) {
    it(`stays as it is although the operator is killed after ${effects} writes`, async () => {
      const world = createWorld({ rollback: { enable: true } });
      rolledBackBefore(world);

      await world.pass(effects);
      await world.pass();

      expect(revisions(world)).to.deep.equal(['1 superseded', '2 failed', '3 deployed']);
      expect(world.status().failedInput).to.include({ step: 'upgrade', revision: 2, attempts: 1 });
      expect((await world.pass()).effects).to.deep.equal([]);
    });
  }

  it('is upgraded by another input', async () => {
    const world = createWorld({ rollback: { enable: true } });
    rolledBackBefore(world);
    await world.pass();
    world.chart = 'b';

    expect((await world.pass()).runs).to.deep.equal(['helm upgrade']);
    expect(revisions(world).at(-1)).to.equal('4 deployed');
  });

  it('is tried again as often as its rules say, counted from what 1.4.4 has tried', async () => {
    const retry = { enable: true, retry: true, maxRetries: 2 };
    const world = createWorld({ rollback: retry });
    rolledBackBefore(world);
    world.helm.faults.set('upgrade', 'after');

    expect((await world.pass()).outcome?.kind).to.equal('retry');
    world.later(10_000);
    expect((await world.pass()).runs).to.deep.equal(['helm upgrade', 'helm rollback']);
    world.later(30_000);
    expect((await world.pass()).outcome?.kind).to.equal('stalled');

    const spent = createWorld({ rollback: retry });
    rolledBackBefore(spent);
    spent.subject.setStatus({ ...ROLLED_BACK, rollbackCount: 3 });
    expect((await spent.pass()).outcome?.kind).to.equal('stalled');
  });

  it('is upgraded when its HelmRelease was edited since', async () => {
    const world = createWorld({ rollback: { enable: true } });
    rolledBackBefore(world);
    world.subject.edit({ timeout: 61 });

    expect((await world.pass()).runs).to.deep.equal(['helm upgrade']);
  });
});

describe('a release whose digest is of a key that was lost', () => {
  const lose = (world: World): void => {
    world.digestKey = Buffer.alloc(32, 8);
    world.difference = 'the values (text)';
  };

  it('is adopted as it is', async () => {
    const world = createWorld();
    await world.pass();
    lose(world);

    const taken = await world.pass();

    expect(taken.runs).to.deep.equal([]);
    expect(taken.outcome?.kind).to.equal('done');
    expect(world.status().deployed?.digest).to.equal(world.status().history?.[0]?.digest);
    expect((await world.pass()).effects).to.deep.equal([]);
  });

  it('stays rolled back, with the reason', async () => {
    const world = createWorld({ wait: true, rollback: { enable: true } });
    await world.pass();
    world.chart = 'b';
    world.health.set('b', { kind: 'failed', why: 'Deployment shop/web is broken' });
    await world.pass();
    lose(world);

    const taken = await world.pass();

    expect(taken.runs).to.deep.equal([]);
    expect(taken.outcome?.kind).to.equal('stalled');
    expect(world.status().failedInput).to.include({ step: 'wait', revision: 2 });
    expect(world.condition('Stalled')?.message).to.include('Deployment shop/web is broken');
    expect((await world.pass()).effects).to.deep.equal([]);
  });

  it('is waited for where it was, when it was not ready yet', async () => {
    const world = createWorld({ wait: true });
    world.health.set('a', { kind: 'progressing', why: 'Deployment shop/web: 0 of 1 pods are ready' });
    expect((await world.pass()).outcome).to.deep.equal({ kind: 'wait', ms: 60_000 });
    lose(world);
    world.later(20_000);

    const taken = await world.pass();

    expect(taken.runs).to.deep.equal([]);
    expect(taken.outcome).to.deep.equal({ kind: 'wait', ms: 40_000 });
  });
});

describe('a release that 1.4.4 made for another HelmRelease', () => {
  const OTHER = 'shop/older';

  it('belongs to that one for as long as it stands for it', async () => {
    const world = createWorld();
    world.storage.add('web', 'deployed', 'a', {});
    world.antecedents.set('web', OTHER);
    const self = world.subject.get();
    // Younger: without what 1.4.4 wrote it would come second.
    const metadata = { ...self.metadata, name: 'older', uid: 'z', creationTimestamp: '2026-02-01T00:00:00Z' };
    world.others = [{ ...self, metadata }];

    const taken = await world.pass();

    expect(taken.outcome?.kind).to.equal('stalled');
    expect(world.condition('Stalled')).to.include({ reason: 'ReleaseTaken' });
    expect(world.condition('Stalled')?.message).to.include(`belongs to HelmRelease ${OTHER}`);
    expect(world.storage.newest('web')?.labels).to.deep.equal({});

    world.others = [];
    expect((await world.pass()).outcome?.kind).to.equal('done');
    expect(world.storage.newest('web')?.labels).to.have.property(MARK_OWNER_LABEL);
  });

  it('is kept from an older one that never had it', async () => {
    const world = createWorld();
    world.storage.add('web', 'deployed', 'a', {});
    world.antecedents.set('web', 'shop/web');
    const self = world.subject.get();
    const metadata = { ...self.metadata, name: 'older', uid: 'a', creationTimestamp: '2025-01-01T00:00:00Z' };
    world.others = [{ ...self, metadata }];

    expect((await world.pass()).outcome?.kind).to.equal('done');
  });

  it('is not uninstalled with this one', async () => {
    const world = createWorld();
    world.storage.add('web', 'deployed', 'a', {});
    world.antecedents.set('web', OTHER);
    world.subject.setStatus({ ...ROLLED_BACK, conditions: [] });
    world.subject.delete();

    expect((await world.remove()).runs).to.deep.equal([]);
    expect(world.storage.newest('web')?.status).to.equal('deployed');
  });
});
