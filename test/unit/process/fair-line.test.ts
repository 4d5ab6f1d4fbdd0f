import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { FairLine, type Turn } from '../../../src/process/fair-line.ts';

const later = (party: string): Turn => ({ party, urgent: false });
const urgent = (party: string): Turn => ({ party, urgent: true });

function lineOf(...turns: readonly Turn[]): FairLine<string> {
  const line = new FairLine<string>();
  for (const [at, turn] of turns.entries()) line.put(turn, `${turn.party}${String(at)}`);
  return line;
}

function drain(line: FairLine<string>): readonly string[] {
  const taken: string[] = [];
  for (let item = line.shift(); item !== undefined; item = line.shift()) taken.push(item);
  return taken;
}

describe('a fair line', () => {
  it('serves each party in its turn, and a party in the order of its coming', () => {
    const line = lineOf(later('a'), later('a'), later('a'), later('b'), later('c'), later('b'));

    expect(drain(line)).to.deep.equal(['a0', 'b3', 'c4', 'a1', 'b5', 'a2']);
  });

  it('serves the urgent ones first', () => {
    const line = lineOf(later('a'), later('b'), urgent('b'), urgent('a'));

    expect(drain(line)).to.deep.equal(['b2', 'a3', 'a0', 'b1']);
  });

  it('lets one of the others through after ten urgent ones', () => {
    const line = lineOf(later('x'), ...Array.from({ length: 12 }, () => urgent('a')));

    expect(drain(line).indexOf('x0')).to.equal(10);
  });

  it('forgets who gives up, whose party loses nothing by it', () => {
    const line = lineOf(later('a'), later('a'), later('b'));

    line.delete(later('a'), 'a0');
    line.delete(later('b'), 'never came');

    expect(line.size).to.equal(2);
    expect(drain(line)).to.deep.equal(['a1', 'b2']);
  });

  it('loses nobody, and tells who is next', () => {
    const turns = fc.array(fc.record({ party: fc.constantFrom('a', 'b', 'c'), urgent: fc.boolean() }));
    fc.assert(
      fc.property(turns, (all) => {
        const line = lineOf(...all);
        const taken: string[] = [];
        while (line.size > 0) {
          const next = line.next();
          expect(line.shift()).to.equal(next);
          taken.push(next ?? '');
        }
        expect(taken).to.have.members(all.map(({ party }, at) => `${party}${String(at)}`));
        for (const party of ['a', 'b', 'c']) {
          for (const wanted of [true, false]) {
            const own = taken.filter((name) => {
              const turn = all[Number(name.slice(1))];
              return turn?.party === party && turn.urgent === wanted;
            });
            const numbers = own.map((name) => Number(name.slice(1)));
            expect(numbers).to.deep.equal(numbers.toSorted((a, b) => a - b));
          }
        }
      }),
    );
  });
});
