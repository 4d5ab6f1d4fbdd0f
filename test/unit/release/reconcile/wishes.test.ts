import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createWorld } from './world/world.ts';
import type { World } from './world/world.ts';

/** An input that is given up, and that a person asks to have tried once more. */
async function askedAgain(): Promise<World> {
  const world = createWorld({ rollback: { enable: true } });
  await world.pass();
  world.chart = 'b';
  world.helm.faults.set('upgrade', 'after');
  await world.pass();
  expect(world.condition('Stalled')?.status).to.equal('True');
  world.subject.annotate('again');
  return world;
}

describe('what a person asks for by annotation', () => {
  it('is done once, wherever the operator is killed', async () => {
    const seen = new Set<string>();
    for (let effects = 0, killed = true; killed; effects++) {
      const world = await askedAgain();

      const first = await world.pass(effects);
      killed = first.thrown !== undefined;
      const second = await world.pass();

      const said = `killed after ${effects} effects: ${first.effects.join()}`;
      const wasTried = first.runs.includes('helm rollback');
      const wasBegun = first.runs.includes('helm upgrade');
      if (wasTried) expect(second.runs, said).not.to.include('helm upgrade');
      if (!wasBegun) expect(second.runs, said).to.deep.equal(['helm upgrade', 'helm rollback']);
      seen.add(wasTried ? 'tried' : wasBegun ? 'begun' : 'not begun');
      expect(world.status().lastHandledReconcileAt, said).to.equal('again');
      expect(world.status().phase, said).to.equal('RolledBack');
      expect((await world.pass()).effects, said).to.deep.equal([]);
    }
    expect([...seen]).to.deep.equal(['not begun', 'begun', 'tried']);
  });

  it('is done once also where it is tests, wherever the operator is killed', async () => {
    for (let effects = 0, killed = true; killed; effects++) {
      const world = createWorld({ test: { enable: true } });
      await world.pass();
      world.chart = 'b';
      world.helm.faults.set('test', 'after');
      await world.pass();
      world.subject.annotate('again');

      const first = await world.pass(effects);
      killed = first.thrown !== undefined;
      world.helm.faults.clear();
      const second = await world.pass();

      const said = `killed after ${effects} effects: ${first.effects.join()}`;
      expect(second.runs, said).to.deep.equal(killed ? ['helm test'] : []);
      expect(world.status().lastHandledReconcileAt, said).to.equal('again');
      expect((await world.pass()).effects, said).to.deep.equal([]);
    }
  });

  it('is not forgotten over an old lock that has to go first', async () => {
    const world = createWorld({ rollback: { maxRetries: -1 } });
    await world.pass();
    world.chart = 'b';
    world.helm.faults.set('upgrade', 'after');
    await world.pass();
    world.helm.foreign.upgrade('web', 'pending-upgrade');
    world.later(900_000);
    world.subject.annotate('again');
    world.helm.faults.clear();

    expect((await world.pass()).runs).to.deep.equal(['helm upgrade']);
    expect(world.condition('Ready')?.status).to.equal('True');
  });
});
