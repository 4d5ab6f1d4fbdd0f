import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createWorld } from './world/world.ts';
import type { World } from './world/world.ts';

/** Somebody else has changed the release three times in a row. */
async function contested(): Promise<World> {
  const world = createWorld();
  await world.pass();
  for (let times = 0; times < 3; times++) {
    world.later(60_000);
    world.helm.foreign.upgrade('web');
    await world.pass();
  }
  expect(world.condition('Stalled')).to.include({ status: 'True', reason: 'ForeignChange' });
  expect(world.status().contest).to.include({ revision: 6, generation: 1 });
  return world;
}

describe('a release over which two programs fight', () => {
  it('is left as it is until something changes, however long that takes', async () => {
    const world = await contested();

    for (let hours = 0; hours < 3; hours++) {
      world.later(3_600_000);
      expect((await world.pass()).effects).to.deep.equal([]);
    }
    expect(world.events.filter((reason) => reason === 'ForeignChange')).to.have.length(3);
  });

  it('is left as it is although the chart source was away in between', async () => {
    const world = await contested();
    world.later(3_600_000);
    world.chart = undefined;
    await world.pass();
    world.chart = 'a';
    world.later(3_600_000);

    expect((await world.pass()).runs).to.deep.equal([]);
    expect(world.condition('Stalled')).to.include({ status: 'True', reason: 'ForeignChange' });
  });

  const CHANGES: Readonly<Record<string, (world: World) => void>> = {
    'the HelmRelease is edited': (world) => {
      world.subject.edit({ timeout: 90 });
    },
    'a person asks for it': (world) => {
      world.subject.annotate('now');
    },
    'it is changed once more, after a while': (world) => {
      world.later(600_000);
      world.helm.foreign.upgrade('web');
    },
  };
  for (const [when, happens] of Object.entries(CHANGES)) {
    it(`is put back when ${when}`, async () => {
      const world = await contested();
      happens(world);

      expect((await world.pass()).runs).to.deep.equal(['helm upgrade']);
      expect(world.condition('Ready')?.status).to.equal('True');
      expect(world.status().contest).to.equal(undefined);
      expect((await world.pass()).effects).to.deep.equal([]);
    });
  }

  it('is left as it is when it is changed once more at once', async () => {
    const world = await contested();
    world.helm.foreign.upgrade('web');

    expect((await world.pass()).runs).to.deep.equal([]);
    expect(world.status().contest).to.include({ revision: 7 });
  });

  it('is put back all the same when the operator is killed in what a person has asked for', async () => {
    for (let effects = 0; effects < 8; effects++) {
      const world = await contested();
      world.subject.annotate('now');
      await world.pass(effects);
      await world.pass();

      expect(world.condition('Ready')?.status, `killed after ${effects}`).to.equal('True');
      expect(world.storage.newest('web')?.content).to.equal('a');
    }
  });
});
