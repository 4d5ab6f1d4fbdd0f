import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createReadings, type Readings } from '../../../src/sync/readings.ts';

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

const reading = (revision: string, generation = 1) => ({
  ...{ revision, generation, ids: new Set(['x']), leaving: new Set(['y']) },
});

describe('what GitSyncs have read', () => {
  it('wakes those that wait for another one, and nobody else', () => {
    const { readings, woken } = open();
    readings.patienceMs('a', 'new');
    readings.put('a', reading('new'));
    expect(woken).to.deep.equal([]);
    readings.put('b', reading('new'));
    readings.unreadable('c', 'new', 1);
    readings.ask('d', 'x');
    readings.forget('d');
    expect(woken).to.deep.equal(['a', 'a', 'a', 'a']);

    readings.ended('a');
    readings.put('b', reading('newer'));
    expect(woken).to.have.lengthOf(4);
  });

  it('is no news when it is read again: two that wait do not wake each other for ever', () => {
    const { readings, woken } = open();
    for (const sync of ['a', 'b']) {
      readings.patienceMs(sync, 'new');
      readings.put(sync, reading('new'));
      readings.ask(sync, 'x');
    }
    woken.length = 0;
    for (const sync of ['a', 'b', 'a', 'b']) {
      readings.put(sync, reading('new'));
      readings.ask(sync, 'x');
    }
    readings.unreadable('c', 'new', 1);
    readings.unreadable('c', 'new', 1);
    expect(woken).to.deep.equal(['a', 'b']);
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

  it('is in doubt for as long as it was told, however often it is asked', () => {
    const { readings, pass } = open();
    expect(readings.doubtMs('a')).to.equal(0);
    readings.doubt('a', 5_000);
    pass(1_000);
    expect(readings.doubtMs('a')).to.equal(4_000);
    expect(readings.doubtMs('a')).to.equal(4_000);
    expect(readings.doubtMs('b')).to.equal(0);
    pass(4_000);
    expect(readings.doubtMs('a')).to.equal(0);
  });

  it('keeps what was read when a later revision is unreadable', () => {
    const { readings } = open();
    readings.put('a', reading('old'));
    readings.unreadable('a', 'new', 1);
    expect(readings.of('a')).to.deep.equal({ ...reading('old'), unreadable: 'new' });
    readings.put('a', reading('newer'));
    expect(readings.of('a')).not.to.have.property('unreadable');
  });

  it('is seeded by what was there before, and only until something is read', () => {
    const { readings } = open();
    readings.seed('a', reading('old'));
    readings.put('a', reading('new'));
    readings.seed('a', reading('old'));
    expect(readings.of('a')?.revision).to.equal('new');
    expect(readings.holdersOf('x')).to.deep.equal(['a']);
    expect(readings.holdersOf('y')).to.deep.equal([]);
  });

  it('forgets what was asked for when something else is read', () => {
    const { readings } = open();
    readings.put('a', reading('old'));
    readings.ask('a', 'x');
    readings.put('a', reading('old'));
    expect(readings.asksOf('a')).to.deep.equal(new Set(['x']));
    readings.put('a', reading('old', 2));
    expect(readings.asksOf('a').size).to.equal(0);
  });
});
