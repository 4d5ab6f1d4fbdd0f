import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { GitSync } from '../../../src/api/gitsync/git-sync.ts';
import { createClaims, withClaims } from '../../../src/sync/claims.ts';
import { EMPTY, type Entry, type Inventory } from '../../../src/sync/inventory/entry.ts';

const signal = new AbortController().signal;
const sync: GitSync = {
  metadata: { name: 'team', namespace: 'shop' },
  spec: { url: 'https://git.example.com/x' },
};
const entry = (group: string, kind: string, name: string): Entry => ({
  id: { group, kind, namespace: 'shop', name },
  ...{ version: 'v1', commit: 'c', made: true },
});
const inventory: Inventory = new Map([
  ['a', entry('helm.fluxcd.io', 'HelmRelease', 'web')],
  ['b', entry('', 'ConfigMap', 'settings')],
]);

describe('claims', () => {
  it('are those of the inventory, as soon as it is about to be written', async () => {
    const claims = createClaims();
    const written: string[] = [];
    const store = withClaims(
      {
        load: () => Promise.resolve({ kind: 'known', inventory: EMPTY }),
        save: () => {
          written.push(String(claims.holds('shop/team', 'shop/web')));
          return Promise.resolve({ count: 0, entries: [] });
        },
      },
      claims,
    );

    expect(claims.knows('shop/team')).to.equal(false);
    await store.load(sync, signal);
    expect([claims.knows('shop/team'), claims.holds('shop/team', 'shop/web')]).to.deep.equal([true, false]);
    await store.save(sync, inventory, signal);

    expect(written).to.deep.equal(['true']);
    expect(claims.holds('shop/team', 'shop/settings')).to.equal(false);
    expect(claims.holds('shop/other', 'shop/web')).to.equal(false);
    claims.forget('shop/team');
    expect(claims.knows('shop/team')).to.equal(false);
  });
});
