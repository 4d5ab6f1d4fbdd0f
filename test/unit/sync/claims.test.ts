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
const entry = (group: string, kind: string, name: string, more: Partial<Entry> = {}): Entry => ({
  id: { group, kind, namespace: 'shop', name },
  ...{ version: 'v1', commit: 'c', made: true, ...more },
});
const web = (more: Partial<Entry>): Inventory =>
  new Map([['a', entry('helm.fluxcd.io', 'HelmRelease', 'web', more)]]);

describe('claims', () => {
  it('are those of the inventory, as soon as it is about to be written', async () => {
    const claims = createClaims();
    const written: unknown[] = [];
    const store = withClaims(
      {
        load: () => Promise.resolve({ kind: 'known', inventory: EMPTY }),
        save: () => {
          written.push(claims.find('shop/team', 'shop/web'));
          return Promise.resolve({ count: 0, entries: [] });
        },
      },
      claims,
    );

    expect(claims.knows('shop/team')).to.equal(false);
    await store.load(sync, signal);
    expect(claims.knows('shop/team')).to.equal(true);
    expect(claims.find('shop/team', 'shop/web')).to.equal(undefined);
    const inventory = new Map([...web({}), ['b', entry('', 'ConfigMap', 'settings')] as const]);
    await store.save(sync, inventory, signal);

    expect(written).to.deep.equal([
      { uid: undefined, generation: undefined, trail: undefined, spec: undefined, charts: [] },
    ]);
    expect(claims.find('shop/team', 'shop/settings')).to.equal(undefined);
    expect(claims.find('shop/other', 'shop/web')).to.equal(undefined);
    claims.forget('shop/team');
    expect(claims.knows('shop/team')).to.equal(false);
  });

  it('tell of a HelmRelease when it has become known where its chart may come from, and then only', () => {
    const claims = createClaims();
    const told: string[] = [];
    claims.onNews((release) => told.push(release));

    claims.put('shop/team', web({ charts: ['c1:web'] }));
    claims.put('shop/team', web({ uid: 'u1' }));
    expect(told).to.deep.equal([]);
    claims.put('shop/team', web({ uid: 'u1', charts: ['c1:web'] }));
    claims.put('shop/team', web({ uid: 'u1', charts: ['c1:web'] }));
    expect(told).to.deep.equal(['shop/web']);
    claims.put('shop/team', web({ uid: 'u1', charts: ['c1:web', 'c2:web'] }));
    claims.put('shop/team', web({ uid: 'u2', charts: ['c1:web', 'c2:web'] }));
    expect(told).to.have.length(3);
  });
});
