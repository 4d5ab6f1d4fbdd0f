import { expect } from 'chai';
import { describe, it } from 'mocha';
import { EMPTY } from '../../../../src/sync/inventory/entry.ts';
import { fromShards, SHARDS, toShards } from '../../../../src/sync/inventory/shards.ts';
import { entry, numbered } from './support.ts';

const options = { uid: 'sync-uid', key: Buffer.alloc(32, 1) };
const all = numbered(300);
const shards = toShards(all, options);

describe('the shards of an inventory', () => {
  it('hold all of it', () => {
    expect(shards).to.have.length(SHARDS);
    expect(fromShards(shards, options)).to.deep.equal(all);
    expect(fromShards(toShards(EMPTY, options), options)).to.deep.equal(EMPTY);
  });

  it('change in one place for one object', () => {
    const [key = ''] = all.keys();
    const changed = toShards(new Map(all).set(key, entry('object-0', { uid: 'other' })), options);

    expect(changed.filter(({ seal }, number) => seal !== shards[number]?.seal)).to.have.length(1);
  });

  const [first = { entries: '', seal: '' }, second, ...rest] = shards;
  const broken = {
    'one is missing': [undefined, ...shards.slice(1)],
    'the last is missing': shards.slice(0, -1),
    'one was changed': [{ ...first, entries: '[]' }, ...shards.slice(1)],
    'a seal was changed': [{ ...first, seal: '' }, ...shards.slice(1)],
    'two have changed places': [second, first, ...rest],
  };
  for (const [what, given] of Object.entries(broken)) {
    it(`are lost when ${what}`, () => {
      expect(fromShards(given, options)).to.equal(undefined);
    });
  }

  it('are of one GitSync and of one operator', () => {
    expect(fromShards(shards, { ...options, uid: 'another' })).to.equal(undefined);
    expect(fromShards(shards, { ...options, key: Buffer.alloc(32, 2) })).to.equal(undefined);
  });
});
