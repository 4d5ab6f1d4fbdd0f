import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  applied,
  EMPTY,
  entriesOf,
  intended,
  inventoryOf,
  leaving,
  restored,
  without,
} from '../../../../src/sync/inventory/entry.ts';
import { entry, inventoryOf as of } from './support.ts';

const web = entry('web', { uid: 'u1', digest: 'd1', fields: 'f1' });
const known = of(web);
const [key = ''] = known.keys();
const intent = (digest: string, adopted = true, of = key) => [
  { key: of, id: web.id, version: 'v1', digest, adopted },
];
const now = (uid: string, adopted: boolean) => [
  { key, uid, adopted, digest: 'd2', fields: 'f2', version: 'v2', commit: 'c2' },
];

describe('the inventory', () => {
  it('is written sorted and without what is empty, and read as it was', () => {
    const role = entry('a', {
      id: { group: 'rbac.authorization.k8s.io', kind: 'ClusterRole', namespace: '', name: 'a' },
    });
    const inventory = of(web, role, entry('api'));

    const entries = entriesOf(inventory);

    expect(entries.map(({ name }) => name)).to.deep.equal(['api', 'web', 'a']);
    expect(entries[2]).to.deep.equal({
      ...{ group: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'a' },
      ...{ version: 'v1', commit: 'c1', made: true },
    });
    expect(new Map([...inventoryOf(entries)].sort())).to.deep.equal(new Map([...inventory].sort()));
    expect(JSON.stringify(entriesOf(inventoryOf([...entries].reverse())))).to.equal(JSON.stringify(entries));
  });

  it('knows of a new object that is about to be applied whether it was there', () => {
    expect(intended(EMPTY, intent('d1', false), 'c9').get(key)).to.deep.equal(entry('web', { commit: 'c9' }));
    expect(intended(EMPTY, intent('d1'), 'c9').get(key)).to.include({ made: false });
  });

  it('knows no content of an object that is about to get another one', () => {
    expect(intended(known, intent('d1'), 'c2').get(key)).to.deep.equal(web);
    expect(intended(known, intent('d2'), 'c2').get(key)).to.deep.equal(entry('web', { uid: 'u1' }));
    expect(known.get(key)).to.equal(web);
  });

  it('knows each commit that the chart of a HelmRelease may come from until one is applied, and not too many', () => {
    const at = (commit: string, digest: string) =>
      intent(digest).map((one) => ({ ...one, chart: `${commit}:web` }));
    const of2 = (inventory: ReturnType<typeof intended>) => inventory.get(key)?.charts;
    const first = intended(known, at('c1', 'd1'), 'c1');
    const second = intended(first, at('c2', 'd2'), 'c2');

    expect(of2(first)).to.deep.equal(['c1:web']);
    expect(of2(second)).to.deep.equal(['c1:web', 'c2:web']);
    expect(of2(intended(second, at('c2', 'd2'), 'c2'))).to.deep.equal(['c1:web', 'c2:web']);
    const many = ['c3', 'c4', 'c5'].reduce(
      (sum, commit) => intended(sum, at(commit, commit), commit),
      second,
    );
    expect(of2(many)).to.deep.equal(['c2:web', 'c3:web', 'c4:web', 'c5:web']);
    expect(of2(leaving(second, [key]))).to.deep.equal(['c1:web', 'c2:web']);
    const [done] = now('u1', true);
    expect(of2(applied(second, done === undefined ? [] : [{ ...done, charts: ['c2:web'] }]))).to.deep.equal([
      'c2:web',
    ]);
    expect(of2(applied(second, now('u1', true)))).to.equal(undefined);
    expect(inventoryOf(entriesOf(second))).to.deep.equal(second);
  });

  it('takes over what was applied, and who made the object', () => {
    expect(applied(known, now('u1', true)).get(key)).to.deep.equal({
      ...web,
      ...{ uid: 'u1', digest: 'd2', fields: 'f2', version: 'v2', commit: 'c2', made: true },
    });
    expect(applied(known, now('u2', true)).get(key)).to.include({ uid: 'u2', made: false });
    expect(applied(of({ ...web, made: false }), now('u2', false)).get(key)).to.include({ made: true });
    expect(applied(of(entry('web')), now('u1', true)).get(key)).to.include({ made: true });
    expect(applied(EMPTY, now('u1', true)).size).to.equal(0);
  });

  it('goes back to what was known of what was not applied after all', () => {
    const meant = intended(known, [...intent('d2'), ...intent('d3', false, 'new')], 'c2');

    const back = restored(meant, known, [key, 'new']);

    expect(back.get(key)).to.deep.equal(web);
    expect(back.has('new')).to.equal(true);
  });

  it('has nothing to put back of what is to be deleted', () => {
    expect(leaving(known, [key, 'other']).get(key)).to.deep.equal(entry('web', { uid: 'u1' }));
    expect(known.get(key)).to.equal(web);
  });

  it('loses what is taken out', () => {
    expect([...without(known, [key, 'other'])]).to.deep.equal([]);
  });
});
