import { expect } from 'chai';
import { describe, it } from 'mocha';
import { Killed, World } from './world.ts';

function configMap(name: string, color = 'red'): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {color: ${color}}\n`;
}

const BEFORE = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [`${name}.yaml`, configMap(name)]));
const AFTER = {
  ...{ 'a.yaml': configMap('a', 'blue'), 'b.yaml': configMap('b', 'blue') },
  ...{ 'c.yaml': configMap('c'), 'e.yaml': configMap('e') },
};

/** The operator dies after its nth write of the second commit, and is started again. */
async function killedAfter(effects: number): Promise<{ readonly world: World; readonly wasKilled: boolean }> {
  const world = new World();
  world.commit(BEFORE);
  await world.pass();
  world.events.length = 0;
  world.commit(AFTER);
  world.effectsLeft = effects;
  let wasKilled = false;
  try {
    await world.pass();
  } catch (caught) {
    if (!(caught instanceof Killed)) throw caught;
    wasKilled = true;
  }
  world.effectsLeft = Number.POSITIVE_INFINITY;
  world.restart();
  await world.pass();
  return { world, wasKilled };
}

describe('an operator that is killed', () => {
  it('ends at the same state after any of its writes, and takes none of them for a change by hand', async () => {
    const { world: unharmed } = await killedAfter(Number.POSITIVE_INFINITY);
    let effects = 0;
    for (;;) {
      effects += 1;
      const { world, wasKilled } = await killedAfter(effects);
      if (!wasKilled) break;

      const when = `after write ${String(effects)}`;
      expect(world.cluster.contents(), when).to.deep.equal(unharmed.cluster.contents());
      expect(world.ready(), when).to.equal(unharmed.ready());
      expect(world.events.join(), when).not.to.contain('DriftCorrected');
      const made = world.status.inventory?.entries.map((entry) => `${entry.name} ${String(entry.made)}`);
      expect(made, when).to.deep.equal(['a true', 'b true', 'c true', 'e true']);
      await world.pass();
      expect(world.cluster.calls, when).to.deep.equal([]);
    }
    expect(effects).to.be.greaterThan(6);
  });

  it('does not take a changed spec for dealt with', async () => {
    for (const effects of [1, 2, 3]) {
      const world = new World({ path: 'one' });
      world.commit({
        'one/a.yaml': configMap('a'),
        'two/b.yaml': configMap('b'),
        'two/c.yaml': configMap('c'),
      });
      await world.pass();
      world.edit({ path: ['one', 'two'] });
      world.effectsLeft = effects;
      await world.pass().catch(() => undefined);
      world.effectsLeft = Number.POSITIVE_INFINITY;
      world.restart();

      await world.pass();

      expect(world.cluster.objects.size).to.equal(3);
    }
  });
});
