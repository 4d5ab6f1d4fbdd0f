import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createReadings, type Readings } from '../../../src/sync/readings.ts';

const HAD_MADE = (): boolean => true;

function open(): {
  readonly readings: Readings;
  readonly woken: string[];
  readonly pass: (ms: number) => void;
} {
  let now = 0;
  const woken: string[] = [];
  const readings = createReadings({ monotonicMs: () => now }, (sync) => woken.push(sync));
  return {
    readings,
    woken,
    pass: (ms) => {
      now += ms;
    },
  };
}

const reading = (revision: string) => ({ revision, ids: new Set(['x']), leaving: new Set(['y']) });

describe('what GitSyncs have read', () => {
  it('wakes those that wait for another one, and nobody else', () => {
    const { readings, woken } = open();
    readings.patienceMs('a', 'new');
    readings.put('a', reading('new'));
    expect(woken).to.deep.equal([]);
    readings.put('b', reading('new'));
    readings.unreadable('c', 'new');
    readings.forget('d');
    expect(woken).to.deep.equal(['a', 'a', 'a']);

    readings.ended('a');
    readings.put('b', reading('newer'));
    expect(woken).to.have.lengthOf(3);
  });

  it('loses patience with time, for each revision anew', () => {
    const { readings, pass } = open();
    expect(readings.patienceMs('a', 'new')).to.equal(30_000);
    pass(10_000);
    expect(readings.patienceMs('a', 'new')).to.equal(20_000);
    expect(readings.patienceMs('a', 'newer')).to.equal(30_000);
    pass(31_000);
    expect(readings.patienceMs('a', 'newer')).to.equal(0);
  });

  it('keeps what was read when a later revision is unreadable', () => {
    const { readings } = open();
    readings.put('a', reading('old'));
    readings.unreadable('a', 'new');
    expect(readings.of('a')).to.deep.equal({ ...reading('old'), unreadable: 'new' });
    readings.put('a', reading('newer'));
    expect(readings.of('a')).not.to.have.property('unreadable');
  });

  it('has the heir know what the one before had made, until it has come', () => {
    const { readings } = open();
    readings.put('a', reading('new'));
    readings.handed(
      'a',
      new Map([
        ['y', 'b'],
        ['z', 'b'],
      ]),
      (id) => id === 'y',
    );
    expect(readings.of('a')?.leaving).to.deep.equal(new Set());
    expect(readings.inherited('c', new Set(['y']))).to.deep.equal(new Set());
    expect(readings.inherited('b', new Set(['y', 'z']))).to.deep.equal(new Set(['y']));
    expect(readings.inherited('b', new Set(['y']))).to.deep.equal(new Set(['y']));
    expect(readings.inherited('b', new Set())).to.deep.equal(new Set());
    expect(readings.inherited('b', new Set(['y']))).to.deep.equal(new Set());
    readings.handed('a', new Map([['y', 'b']]), HAD_MADE);
    readings.forget('b');
    expect(readings.inherited('b', new Set(['y']))).to.deep.equal(new Set());
  });
});
