import { expect } from 'chai';
import { describe, it } from 'mocha';
import { NO_METER } from './world/operator-ports.ts';
import { createWorld } from './world/world.ts';
import type { World } from './world/world.ts';

const STARTING = { kind: 'progressing', why: 'Deployment shop/web: 0 of 1 pods are ready' } as const;

/** A world whose first input becomes ready after 20 s, and what was counted. */
function metered(...spec: Parameters<typeof createWorld>): {
  readonly world: World;
  readonly ended: string[];
} {
  const ended: string[] = [];
  const meter = {
    ...NO_METER,
    actionEnded: (_target: unknown, end: { action: string; success: boolean; seconds: number }) => {
      ended.push(`${end.action} ${end.success ? 'ok' : 'failed'} ${end.seconds}`);
    },
  };
  const [options] = spec;
  return { world: createWorld({ wait: true, ...options }, { meter }), ended };
}

async function becomeReady(world: World): Promise<void> {
  world.health.set('a', STARTING);
  await world.pass();
  world.later(20_000);
  world.health.clear();
  await world.pass();
}

describe('the duration of an action', () => {
  it('is that until its objects are ready', async () => {
    const { world, ended } = metered();

    await becomeReady(world);

    expect(ended).to.deep.equal(['install ok 20']);
  });

  it('is counted of an installation that is tested, and of the tests', async () => {
    const { world, ended } = metered({ test: { enable: true } });

    await becomeReady(world);

    expect(ended).to.deep.equal(['install ok 20', 'test ok 0']);
  });

  it('is that of a failure for tests that fail, ignored or not, and of no failure for what was tested', async () => {
    for (const ignoreFailures of [true, false]) {
      const { world, ended } = metered({ test: { enable: true, ignoreFailures } });
      world.helm.faults.set('test', 'after');

      await becomeReady(world);

      expect(ended.slice(0, 2)).to.deep.equal(['install ok 20', 'test failed 0']);
    }
  });
});
