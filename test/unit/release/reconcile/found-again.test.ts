import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { HelmReleaseSpec } from '../../../../src/api/helm-release.ts';
import { MARK_OWNER_LABEL } from '../../../../src/api/names.ts';
import { ownerMark } from '../../../../src/helm/storage/marks.ts';
import { createWorld } from './world/world.ts';
import type { World } from './world/world.ts';

const STARTING = { kind: 'progressing', why: 'Deployment shop/web: 0 of 1 pods are ready' } as const;
const HOUR_MS = 3_600_000;

/** One that works, and then one that is not ready yet. */
async function waiting(spec: Partial<HelmReleaseSpec>): Promise<World> {
  const world = createWorld({ wait: true, ...spec });
  await world.pass();
  world.chart = 'b';
  world.health.set('b', STARTING);
  expect((await world.pass()).outcome?.kind).to.equal('wait');
  return world;
}

const CIRCUMSTANCES: Readonly<Record<string, (world: World) => Promise<void>>> = {
  'whose HelmRelease stood for another release in between': async (world) => {
    world.health.clear();
    world.subject.edit({ releaseName: 'shop' });
    await world.pass();
    world.health.set('b', STARTING);
    world.subject.edit({ releaseName: 'web' });
  },
  'whose status was lost': (world) => {
    world.subject.setStatus({});
    return Promise.resolve();
  },
  'whose status and digest key were lost': (world) => {
    world.subject.setStatus({});
    world.digestKey = Buffer.alloc(32, 8);
    return Promise.resolve();
  },
};

for (const [which, happens] of Object.entries(CIRCUMSTANCES)) {
  describe(`a revision of ours ${which}`, () => {
    it('is awaited like one just made, and undone when it does not become ready', async () => {
      const world = await waiting({ rollback: { enable: true } });
      await happens(world);

      const found = await world.pass();

      expect(found.runs).to.deep.equal([]);
      expect(found.outcome).to.deep.equal({ kind: 'wait', ms: 60_000 });
      expect(world.condition('Ready')?.status).to.equal('Unknown');
      expect((await world.pass()).effects).to.deep.equal([]);
      world.later(60_000);
      expect((await world.pass()).runs).to.deep.equal(['helm rollback']);
    });

    it('is tested once it is ready', async () => {
      const world = await waiting({ test: { enable: true } });
      await happens(world);
      await world.pass();
      world.health.clear();

      expect((await world.pass()).runs).to.deep.equal(['helm test']);
      expect(world.status().history?.[0]).to.include({ result: 'Released', revision: 2 });
      expect((await world.pass()).effects).to.deep.equal([]);
    });

    it('is not tested again when Helm knows that its tests have passed', async () => {
      const world = createWorld({ wait: true, test: { enable: true } });
      await world.pass();
      world.chart = 'b';
      await world.pass();
      await happens(world);
      world.health.clear();

      const found = await world.pass();

      expect(found.runs).to.deep.equal([]);
      expect(found.outcome?.kind).to.equal('done');
      expect(world.condition('Tested')?.status).to.equal('True');
      expect(world.status().deployed?.revision).to.equal(2);
    });

    it('is not undone when it was made long ago: it may have been ready for months', async () => {
      const world = await waiting({ rollback: { enable: true } });
      world.later(HOUR_MS);
      await happens(world);

      expect((await world.pass()).outcome).to.deep.equal({ kind: 'wait', ms: 60_000 });
      world.later(60_000);
      const late = await world.pass();

      expect(late.runs).to.deep.equal([]);
      expect(world.storage.newest('web')).to.include({ revision: 2, status: 'deployed' });
      expect(world.condition('Ready')).to.include({ status: 'False', reason: 'Unhealthy' });
    });
  });
}

describe('a revision of ours of which nothing is known', () => {
  it('is tested although it was made long ago, and undone, where its tests are wanted and were never run', async () => {
    const world = await waiting({ rollback: { enable: true }, test: { enable: true } });
    world.later(HOUR_MS);
    world.subject.setStatus({});
    await world.pass();
    world.later(60_000);

    expect((await world.pass()).runs).to.deep.equal(['helm rollback']);
  });

  it('says nothing more of tests that failed and are ignored', async () => {
    const world = createWorld({ test: { enable: true, ignoreFailures: true } });
    world.helm.faults.set('test', 'after');
    await world.pass();
    world.subject.setStatus({});

    expect((await world.pass()).runs).to.deep.equal([]);
    expect(world.condition('Tested')?.status).to.equal('False');
  });
});

describe('a release whose HelmRelease is gone', () => {
  it('has the mark of the one that it is handed over to, though a watch alone could tell that it works', async () => {
    const world = createWorld({ wait: true });
    await world.pass();
    const [stored] = world.storage.all('web');
    if (stored === undefined) throw new Error('nothing was installed');
    const own = stored.labels[MARK_OWNER_LABEL];
    world.storage.change(stored, {
      labels: { ...stored.labels, [MARK_OWNER_LABEL]: ownerMark('shop/gone') },
    });
    world.subject.setStatus({});

    const { outcome, runs } = await world.pass();

    expect({ kind: outcome?.kind, runs }).to.deep.equal({ kind: 'done', runs: [] });
    expect(world.storage.newest('web')?.labels[MARK_OWNER_LABEL]).to.equal(own);
  });
});
