import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { GitSync } from '../../../src/api/gitsync/git-sync.ts';
import { formatId } from '../../../src/api/object-id.ts';
import { createIsFree } from '../../../src/operator/is-free.ts';
import { type Entry, type Inventory } from '../../../src/sync/inventory/entry.ts';
import type { LoadedInventory } from '../../../src/sync/inventory/store.ts';

const ID = { group: '', kind: 'ConfigMap', namespace: 'shop', name: 'web' };
const ENTRY: Entry = { id: ID, version: 'v1', commit: 'c', made: true };
const SYNC = { metadata: { name: 'apps', namespace: 'team' } } as GitSync;
const HELD: Inventory = new Map([[formatId(ID), ENTRY]]);

async function isFree(
  owner: GitSync | undefined,
  loaded: LoadedInventory,
  { allowNamespace, holders = [] }: { allowNamespace?: string; holders?: readonly string[] } = {},
): Promise<boolean> {
  const ask = createIsFree({
    find: (key) => (key === 'team/apps' ? owner : SYNC),
    inventory: { load: () => Promise.resolve(loaded) },
    readings: { holdersOf: () => holders },
    allowNamespace,
  });
  return await ask('team/own', 'team/apps', ID, AbortSignal.timeout(1_000));
}

describe('an object that says it is of another GitSync', () => {
  const none: LoadedInventory = { kind: 'known', inventory: new Map() };

  it('is not free as long as that one holds it, or nobody knows what it holds', async () => {
    expect(await isFree(SYNC, { kind: 'known', inventory: HELD })).to.equal(false);
    expect(await isFree(SYNC, { kind: 'lost' })).to.equal(false);
  });

  it('is free when that one has let go of it', async () => {
    expect(await isFree(SYNC, none)).to.equal(true);
  });

  it('is free when that one has gone, but not where GitSyncs are not looked at', async () => {
    expect(await isFree(undefined, none)).to.equal(true);
    expect(await isFree(undefined, none, { allowNamespace: 'team' })).to.equal(true);
    expect(await isFree(undefined, none, { allowNamespace: 'other' })).to.equal(false);
  });

  it('is not free for a label that somebody has changed: another GitSync may hold it', async () => {
    const held: LoadedInventory = { kind: 'known', inventory: HELD };
    expect(await isFree(undefined, held, { holders: ['team/third'] })).to.equal(false);
    expect(await isFree(undefined, none, { holders: ['team/third'] })).to.equal(true);
    expect(await isFree(undefined, held, { holders: ['team/own'] })).to.equal(true);
  });
});
