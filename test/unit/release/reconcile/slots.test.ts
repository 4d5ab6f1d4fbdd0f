import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createWorld } from './world/world.ts';

describe('a release that waits for its turn to run helm', () => {
  it('is looked at anew when it was edited meanwhile', async () => {
    const world = createWorld();
    world.whileWaiting = () => {
      world.subject.edit({ timeout: 90 });
    };

    const first = await world.pass();

    expect(first).to.deep.include({ runs: [], outcome: { kind: 'wait', ms: 0 } });
    expect(world.status().operation).to.equal(undefined);
  });

  it('is not installed any more when it was deleted meanwhile', async () => {
    const world = createWorld();
    world.whileWaiting = world.subject.delete;

    expect((await world.pass()).runs).to.deep.equal([]);
  });

  it('is not upgraded on top of a helm of somebody else that began meanwhile', async () => {
    const world = createWorld();
    await world.pass();
    world.chart = 'b';
    world.whileWaiting = () => {
      world.storage.add('web', 'pending-upgrade', 'theirs', {});
      world.whileWaiting = () => undefined;
    };

    const { runs, outcome } = await world.pass();

    expect(runs).to.deep.equal([]);
    expect(outcome).to.have.property('kind', 'wait');
  });

  it('says the time at which helm began, not at which waiting did', async () => {
    const world = createWorld();
    world.helm.faults.set('install', 'lost');
    world.whileWaiting = () => {
      world.later(600_000);
    };
    const begun = world.nowMs();

    await world.pass(2);

    const startedAt = Date.parse(world.status().operation?.startedAt ?? '');
    expect(startedAt - begun).to.equal(600_000);
  });
});
