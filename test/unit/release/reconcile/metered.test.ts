import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Meter } from '../../../../src/release/record/meter.ts';
import { createWorld } from './world/world.ts';
import type { World } from './world/world.ts';

/** What is counted while something happens: `upgrade false`, `failed`, `rolled back`. */
async function counted(
  spec: Parameters<typeof createWorld>[0],
  happens: (world: World) => Promise<unknown>,
): Promise<readonly string[]> {
  const counts: string[] = [];
  const meter: Meter = {
    actionEnded: (_target, { action, success }) => counts.push(`${action} ${String(success)}`),
    failed: () => counts.push('failed'),
    rolledBack: () => counts.push('rolled back'),
  };
  await happens(createWorld(spec, { meter }));
  return counts;
}

const foreign = (world: World): Promise<unknown> => {
  world.storage.add('web', 'deployed', 'foreign', {});
  return world.pass();
};

describe('the actions of a release are counted', () => {
  it('when it is taken over as it is: compared and marked', async () => {
    expect(await counted({}, foreign)).to.deep.equal(['dry-run-compare true', 'annotate true']);
  });

  it('when it is taken over with an upgrade: compared and upgraded', async () => {
    const counts = await counted({}, (world) => {
      world.difference = 'the values';
      return foreign(world);
    });

    expect(counts).to.deep.equal(['dry-run-compare true', 'upgrade true']);
  });

  it('when it is rolled back: each once, with what came of it', async () => {
    const counts = await counted({ wait: true, rollback: { enable: true } }, async (world) => {
      await world.pass();
      world.chart = 'b';
      world.health.set('b', { kind: 'failed', why: 'broken' });
      await world.pass();
    });

    expect(counts).to.deep.equal(['install true', 'failed', 'upgrade false', 'rollback true', 'rolled back']);
  });

  it('when it is deleted', async () => {
    const counts = await counted({}, async (world) => {
      await world.pass();
      world.subject.delete();
      await world.remove();
    });

    expect(counts).to.deep.equal(['install true', 'uninstall true']);
  });

  it('but not when its chart cannot be had: nothing was done', async () => {
    const counts = await counted({}, (world) => {
      world.chart = undefined;
      return world.pass();
    });

    expect(counts).to.deep.equal([]);
  });
});
