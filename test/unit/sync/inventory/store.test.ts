import { expect } from 'chai';
import { beforeEach, describe, it } from 'mocha';
import { MAX_INVENTORY_ENTRIES } from '../../../../src/api/gitsync/schema/limits.ts';
import type { Document } from '../../../../src/kube/documents.ts';
import { SHARDS } from '../../../../src/sync/inventory/shards.ts';
import { createInventoryStore, type InventoryStore } from '../../../../src/sync/inventory/store.ts';
import { never } from '../act/support.ts';
import { entry, numbered, syncWith } from './support.ts';

const MANY = numbered(MAX_INVENTORY_ENTRIES + 1);

describe('where an inventory is kept', () => {
  let cluster: Map<string, Document>;
  let writes: string[];
  let store: InventoryStore;
  const open = (): InventoryStore =>
    createInventoryStore({
      digestKey: Buffer.alloc(32, 1),
      configMaps: {
        get: ({ namespace = '', name }) => Promise.resolve(cluster.get(`${namespace}/${name}`)),
        apply: (object) => {
          const key = `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
          writes.push(key);
          cluster.set(key, object);
          return Promise.resolve(object);
        },
      },
    });

  beforeEach(() => {
    cluster = new Map();
    writes = [];
    store = open();
  });

  it('is the status, as long as it has room there', async () => {
    const few = numbered(MAX_INVENTORY_ENTRIES);

    const saved = await store.save(syncWith(), few, never());

    expect(saved.count).to.equal(MAX_INVENTORY_ENTRIES);
    expect(saved.entries).to.have.length(MAX_INVENTORY_ENTRIES);
    expect(writes).to.deep.equal([]);
    expect(await store.load(syncWith(saved), never())).to.deep.equal({ kind: 'known', inventory: few });
  });

  it('is believed of a status in whatever order its fields come back, and only if nobody has changed it', async () => {
    const saved = await store.save(syncWith(), numbered(3), never());
    const sorted = saved.entries.map(({ made, commit, ...others }) => ({ made, commit, ...others }));
    const known = { kind: 'known', inventory: numbered(3) };
    expect(await store.load(syncWith({ ...saved, entries: sorted }), never())).to.deep.equal(known);

    const [first, ...others] = saved.entries;
    if (first === undefined) throw new Error('there are three');
    const claimed = [{ ...first, name: 'somebody-elses' }, ...others];
    expect(await store.load(syncWith({ ...saved, entries: claimed }), never())).to.deep.equal({
      kind: 'lost',
    });
    const { seal: _seal, ...unsealed } = saved;
    expect(await store.load(syncWith(unsealed), never())).to.deep.equal({ kind: 'lost' });
    expect(await store.load(syncWith(saved, 'another-uid'), never())).to.deep.equal({ kind: 'lost' });
  });

  it('is empty when nothing was ever applied', async () => {
    expect(await store.load(syncWith(), never())).to.deep.equal({ kind: 'known', inventory: new Map() });
  });

  it('is ConfigMaps that go with the GitSync, when there is more', async () => {
    const saved = await store.save(syncWith(), MANY, never());

    expect(saved).to.include({ count: MANY.size });
    expect(saved.entries).to.deep.equal([]);
    expect(writes).to.have.length(SHARDS);
    const one = cluster.get('team/gitsync-apps-0');
    expect(one?.metadata.ownerReferences?.[0]).to.include({ kind: 'GitSync', name: 'apps', uid: 'sync-uid' });
    expect(await open().load(syncWith(saved), never())).to.deep.equal({ kind: 'known', inventory: MANY });
  });

  it('is not written again where nothing has changed', async () => {
    await store.save(syncWith(), MANY, never());
    writes = [];

    await store.save(syncWith(), MANY, never());
    expect(writes).to.deep.equal([]);

    const [key = ''] = MANY.keys();
    await store.save(syncWith(), new Map(MANY).set(key, entry('object-0', { uid: 'new' })), never());
    expect(writes).to.have.length(1);
  });

  it('is known when the operator was killed between ConfigMaps and status', async () => {
    const before = await store.save(syncWith(), MANY, never());
    const [key = ''] = MANY.keys();
    const changed = new Map(MANY).set(key, entry('object-0', { uid: 'new' }));
    await store.save(syncWith(), changed, never());
    expect(await open().load(syncWith(before), never())).to.deep.equal({ kind: 'known', inventory: changed });
  });

  it('is known of what was found again, whatever the order in which its fields were found', async () => {
    const found = [...numbered(3)].map(([key, { made, commit, uid = '', ...others }]) => {
      return [key, { made, uid, commit, ...others }] as const;
    });
    const saved = await store.save(syncWith(), new Map(found), never());
    expect((await store.load(syncWith(saved), never())).kind).to.equal('known');
  });

  it('is lost when a ConfigMap is gone, altered, or of another GitSync, and is then written anew', async () => {
    const saved = await store.save(syncWith(), MANY, never());
    expect(await store.load(syncWith(saved, 'another-uid'), never())).to.deep.equal({ kind: 'lost' });

    cluster.delete('team/gitsync-apps-3');
    expect(await store.load(syncWith(saved), never())).to.deep.equal({ kind: 'lost' });

    writes = [];
    await store.save(syncWith(), MANY, never());
    expect(writes).to.have.length(SHARDS);
    expect(await store.load(syncWith(saved), never())).to.have.property('kind', 'known');
  });
});
