import { expect } from 'chai';
import fc from 'fast-check';
import { ObjectMap } from '../../../src/kube/store.ts';
import { thing, type Thing } from './support/fakes.ts';

const byColor = (object: Thing): readonly string[] => object.color?.split('+') ?? [];

describe('the object map', () => {
  it('finds by an index exactly the objects that carry the value', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd');
    const color = fc.option(fc.constantFrom('red', 'green', 'red+green', 'red+red'), { nil: undefined });
    const step = fc.record({ name, color, remove: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const map = new ObjectMap<Thing>({ color: byColor });

        steps.forEach((now, i) => {
          if (now.remove) map.delete(`web/${now.name}`);
          else map.set(thing(now.name, i, now.color === undefined ? {} : { color: now.color }));
        });

        for (const value of ['red', 'green', 'blue']) {
          const scanned = [...map.values()].filter((object) => byColor(object).includes(value));
          expect(map.byIndex('color', value)).to.have.members(scanned);
        }
      }),
    );
  });

  it('does not know an index that nobody asked for', () => {
    expect(() => new ObjectMap<Thing>({}).byIndex('color', 'red')).to.throw('there is no index "color"');
  });

  it('finds an object of a namespace by both names', () => {
    const map = new ObjectMap<Thing>({});
    map.set(thing('a', 1));

    expect(map.get('web/a')?.metadata.name).to.equal('a');
    expect(map.get('a')).to.equal(undefined);
  });
});
