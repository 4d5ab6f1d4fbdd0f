import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createWorld } from './world/world.ts';
import type { World } from './world/world.ts';

const BROKEN = { kind: 'failed', why: 'Deployment shop/web is broken' } as const;
const STARTING = { kind: 'progressing', why: 'Deployment shop/web: 0 of 1 pods are ready' } as const;

/** A release whose first input works and whose second was rolled back. */
async function rolledBack(world: World): Promise<void> {
  await world.pass();
  world.chart = 'b';
  world.health.set('b', BROKEN);
  await world.pass();
}

describe('a rollback', () => {
  it('that does not become ready is given up at its deadline, which nothing moves', async () => {
    const world = createWorld({ wait: true, rollback: { enable: true, wait: true, timeout: 100 } });
    await world.pass();
    world.chart = 'b';
    world.health.set('b', STARTING);
    await world.pass();
    world.later(61_000);
    world.health.set('a', STARTING);
    expect((await world.pass()).outcome).to.deep.equal({ kind: 'wait', ms: 100_000 });

    world.later(40_000);
    expect((await world.pass()).outcome).to.deep.equal({ kind: 'wait', ms: 60_000 });
    world.later(60_000);
    await world.pass();
    expect(world.status().failure).to.include({ step: 'rollback', attempts: 1 });
    world.later(5_000);
    await world.pass();

    expect(world.status().failure).to.include({ step: 'rollback', attempts: 2 });
  });

  it('stands for the new generation too, once an edit of other settings has had its try', async () => {
    const world = createWorld({ wait: true, rollback: { enable: true } });
    await rolledBack(world);
    world.subject.edit({ timeout: 90 });

    const edited = await world.pass();

    expect(edited.runs).to.deep.equal(['helm upgrade', 'helm rollback']);
    expect(edited.outcome?.kind).to.equal('stalled');
    expect(world.status().observedGeneration).to.equal(2);
    expect((await world.pass()).effects).to.deep.equal([]);
  });

  it('that failed before it made a revision is tried again at its time when the tests had failed', async () => {
    const world = createWorld({ test: { enable: true }, rollback: { enable: true } });
    await world.pass();
    world.chart = 'b';
    world.helm.faults.set('test', 'after').set('rollback', 'before');

    const first = await world.pass();

    expect(first.runs).to.deep.equal(['helm upgrade', 'helm test', 'helm rollback']);
    expect((await world.pass()).effects).to.deep.equal([]);
    world.later(5_000);
    world.helm.faults.clear();
    expect((await world.pass()).runs).to.deep.equal(['helm rollback']);
    expect(world.status().failure).not.to.have.property('nextTry');
  });

  for (const [fault, when] of [
    ['before', 'before it made a revision'],
    ['after', 'after it made one'],
    ['lost', 'because helm was killed'],
  ] as const) {
    it(`that failed once ${when} costs its input no retry`, async () => {
      const world = createWorld({ rollback: { enable: true, retry: true, maxRetries: 2 } });
      await world.pass();
      world.chart = 'b';
      world.helm.faults.set('upgrade', 'after').set('rollback', fault);
      const runs: string[] = [];
      for (let passes = 0; passes < 12; passes++) {
        runs.push(...(await world.pass()).runs);
        expect((await world.pass()).effects).to.deep.equal([]);
        world.helm.faults.delete('rollback');
        world.later(300_000);
      }

      expect(runs).to.deep.equal([
        ...['helm upgrade', 'helm rollback', 'helm rollback'],
        ...['helm upgrade', 'helm rollback', 'helm upgrade', 'helm rollback'],
      ]);
      expect(world.status().failedInput?.attempts).to.equal(3);
      expect(world.status().failedRollback).to.equal(undefined);
      expect(world.storage.newest('web')).to.include({ content: 'a', status: 'deployed' });
    });

    it(`that failed once ${when} is known as ours although the source was away in between`, async () => {
      const world = createWorld({ rollback: { enable: true } });
      await world.pass();
      world.chart = 'b';
      world.helm.faults.set('upgrade', 'after').set('rollback', fault);
      await world.pass();
      world.helm.faults.clear();
      world.chart = undefined;
      await world.pass();
      world.chart = 'b';
      world.later(300_000);

      expect((await world.pass()).runs).to.deep.equal(['helm rollback']);
      expect(world.events).not.to.include('ForeignChange');
    });
  }

  it('that failed at first is forgotten when a person has its input tried again, and it works', async () => {
    const world = createWorld({ rollback: { enable: true } });
    await world.pass();
    world.chart = 'b';
    world.helm.faults.set('upgrade', 'after').set('rollback', 'before');
    await world.pass();
    world.helm.faults.delete('rollback');
    world.later(400_000);
    expect((await world.pass()).runs).to.deep.equal(['helm rollback']);
    world.helm.faults.clear();
    world.subject.annotate('once more');

    const asked = await world.pass();

    expect(asked.runs).to.deep.equal(['helm upgrade']);
    expect(asked.outcome?.kind).to.equal('done');
    expect(world.status().deployed?.revision).to.equal(world.storage.newest('web')?.revision);
  });

  it('still says why when its input is wanted again after another one that was well', async () => {
    const world = createWorld({ wait: true, rollback: { enable: true } });
    await rolledBack(world);
    world.chart = 'a';
    await world.pass();
    world.chart = 'b';

    const again = await world.pass();

    expect(again.runs).to.deep.equal([]);
    expect(world.condition('Stalled')?.message).to.include('Deployment shop/web is broken');
  });

  it('to what is wanted needs no further revision', async () => {
    const world = createWorld({ rollback: { enable: true, retry: true } });
    await world.pass();
    world.helm.faults.set('upgrade', 'after');
    world.helm.foreign.upgrade('web');

    const answer = await world.pass();

    expect(answer.runs).to.deep.equal(['helm upgrade', 'helm rollback']);
    expect(answer.outcome?.kind).to.equal('done');
    expect(world.storage.newest('web')).to.include({ revision: 4, content: 'a', status: 'deployed' });
  });

  it('has the pods made anew when it is told to, once, whenever it is killed', async () => {
    const rollback = { enable: true, recreate: true };
    let kills = 0;
    for (let killed = true; killed; kills++) {
      const world = createWorld({ wait: true, rollback });
      await world.pass();
      world.chart = 'b';
      world.health.set('b', BROKEN);

      const first = await world.pass(kills);
      killed = first.thrown !== undefined;
      const effects = [...first.effects, ...(await world.pass()).effects];

      const rolledBackAs = world.storage.newest('web')?.revision ?? 0;
      expect(world.status().phase, `killed after ${kills} effects`).to.equal('RolledBack');
      expect(
        effects.filter((each) => each.startsWith('restart')),
        `killed after ${kills} effects`,
      ).to.deep.equal([`restart ${rolledBackAs}`]);
    }
    expect(kills).to.be.greaterThan(10);
  });

  it('has no pods made anew when it is not told to', async () => {
    const world = createWorld({ wait: true, rollback: { enable: true } });
    await world.pass();
    world.chart = 'b';
    world.health.set('b', BROKEN);

    const { effects } = await world.pass();

    expect(effects.filter((each) => each.startsWith('restart'))).to.deep.equal([]);
  });

  it('does not follow an upgrade that fails before helm makes a revision', async () => {
    const world = createWorld({ rollback: { enable: true } });
    await world.pass();
    world.chart = 'b';
    world.helm.faults.set('upgrade', 'before');

    const { runs } = await world.pass();

    expect(runs).to.deep.equal(['helm upgrade']);
    expect(world.storage.newest('web')).to.include({ revision: 1, status: 'deployed' });
  });
});
