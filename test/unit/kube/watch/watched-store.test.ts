import { expect } from 'chai';
import fc from 'fast-check';
import type { Change } from '../../../../src/kube/store.ts';
import { WatchedStore } from '../../../../src/kube/watch/watched-store.ts';
import { thing, type Thing } from '../support/fakes.ts';
import { ModelServer } from '../support/model-server.ts';

function open(): { readonly store: WatchedStore<Thing>; readonly changes: string[] } {
  const changes: string[] = [];
  const store = new WatchedStore<Thing>({
    indexes: {},
    keep: isKept,
    transform: (object) => object,
    onChange: (change) => {
      changes.push(
        `${change.kind} ${change.object.metadata.name}@${change.object.metadata.resourceVersion ?? ''}`,
      );
    },
  });
  return { store, changes };
}

/** Whatever is hidden is to be as if it were not there. */
function isKept({ color }: Thing): boolean {
  return color !== 'hidden';
}

function relist(store: WatchedStore<Thing>, items: readonly Thing[], revision: number): void {
  store.beginList();
  store.takePage(items, String(revision), true);
  store.endList(String(revision));
}

describe('the watched store', () => {
  it('tells what was there at first from what came later', () => {
    const initial: boolean[] = [];
    const store = new WatchedStore<Thing>({
      indexes: {},
      keep: isKept,
      transform: (object) => object,
      onChange: (change) => {
        if (change.kind === 'added') initial.push(change.initial);
      },
    });

    relist(store, [thing('a', 1)], 5);
    store.changed(thing('b', 6));
    relist(store, [thing('a', 1), thing('b', 6), thing('c', 7)], 8);

    expect(initial).to.deep.equal([true, false, false]);
  });

  it('reports by a later list only what is different, with the last known state of what is gone', () => {
    const { store, changes } = open();
    relist(store, [thing('a', 1), thing('b', 2), thing('c', 3)], 5);
    changes.length = 0;

    relist(store, [thing('a', 1), thing('b', 7)], 9);

    expect(changes).to.deep.equal(['updated b@7', 'deleted c@3']);
  });

  it('does not count pages of a list that expired on the way', () => {
    const { store, changes } = open();
    store.beginList();
    store.takePage([thing('a', 1)], '5', true);
    store.takePage([thing('b', 6)], '8', true); // the list began anew, and a was deleted in between
    store.endList('8');

    expect([...store.keys()]).to.deep.equal(['web/b']);
    expect(changes).to.deep.equal(['added a@1', 'added b@6', 'deleted a@1']);
  });

  it('is not put back by an event older than an own write', () => {
    const { store, changes } = open();
    relist(store, [thing('a', 1, { color: 'red' })], 5);

    expect(store.upsert(thing('a', 8, { color: 'green' }))).to.equal('updated');
    store.changed(thing('a', 7, { color: 'blue' }));
    store.changed(thing('a', 8, { color: 'green' }));

    expect(store.get('web/a')?.color).to.equal('green');
    expect(changes).to.deep.equal(['added a@1', 'updated a@8']);
  });

  it('takes no own write that the watch has overtaken', () => {
    const { store } = open();
    relist(store, [thing('a', 1)], 5);
    store.changed(thing('a', 9, { color: 'new' }));

    expect(store.upsert(thing('a', 8, { color: 'old' }))).to.equal('stale');
    expect(store.get('web/a')?.color).to.equal('new');
  });

  it('does not bring back by a late answer what was deleted in the meantime', () => {
    const { store } = open();
    relist(store, [thing('a', 1)], 5);
    store.changed(thing('a', 8));
    store.deleted(thing('a', 9));

    expect(store.upsert(thing('a', 8))).to.equal('stale');
    expect(store.size).to.equal(0);
  });

  it('does not bring back by a late answer what the write itself took out of the selection', () => {
    const { store } = open();
    relist(store, [thing('a', 1)], 5);
    store.deleted(thing('a', 8)); // a write of ours changed the label that was selected by

    expect(store.upsert(thing('a', 8))).to.equal('stale');
  });

  it('ignores the end of a predecessor of the same name', () => {
    const { store } = open();
    relist(store, [thing('a', 1, { uid: 'first' })], 5);
    store.upsert(thing('a', 9, { uid: 'second' }));

    store.deleted(thing('a', 7, { uid: 'first' }));

    expect(store.get('web/a')?.metadata.uid).to.equal('second');
  });

  it('reports a successor as a deletion and an addition', () => {
    const { store, changes } = open();
    relist(store, [thing('a', 1, { uid: 'first' })], 5);
    changes.length = 0;

    relist(store, [thing('a', 8, { uid: 'second' })], 9);

    expect(changes).to.deep.equal(['deleted a@1', 'added a@8']);
  });

  it('keeps what we created while a list was being made', () => {
    const { store } = open();
    relist(store, [thing('a', 1)], 5);

    store.beginList();
    store.upsert(thing('b', 7));
    store.takePage([thing('a', 1)], '6', true);
    store.endList('6');

    expect([...store.keys()]).to.deep.equal(['web/a', 'web/b']);
  });

  it('believes a server whose past was exchanged, although its numbers are lower', () => {
    const { store, changes } = open();
    relist(store, [thing('a', 900, { color: 'lost' }), thing('b', 800)], 1_000);
    changes.length = 0;

    relist(store, [thing('a', 300, { color: 'restored' })], 400);

    expect(store.get('web/a')?.color).to.equal('restored');
    expect(store.size).to.equal(1);
    store.changed(thing('a', 401, { color: 'newer' }));
    expect(store.get('web/a')?.color).to.equal('newer');
    expect(changes).to.deep.equal(['updated a@300', 'deleted b@800', 'updated a@401']);
  });

  it('gives up own writes that the exchanged past does not know', () => {
    const { store } = open();
    relist(store, [thing('a', 900)], 1_000);
    store.upsert(thing('a', 1_100, { color: 'ours' }));

    relist(store, [thing('a', 300, { color: 'restored' })], 400);

    expect(store.get('web/a')?.color).to.equal('restored');
  });

  it('knows nothing of what it is not to keep, and takes what is so no longer for deleted', () => {
    const { store, changes } = open();
    relist(store, [thing('a', 1), thing('b', 2, { color: 'hidden' }), thing('c', 3)], 5);

    store.changed(thing('d', 6, { color: 'hidden' }));
    store.changed(thing('a', 7, { color: 'hidden' }));
    store.changed(thing('b', 8));
    expect(store.seen).to.equal('8');
    relist(store, [thing('a', 7, { color: 'hidden' }), thing('b', 8), thing('c', 9, { color: 'hidden' })], 9);

    expect(changes).to.deep.equal(['added a@1', 'added c@3', 'deleted a@7', 'added b@8', 'deleted c@3']);
    expect([...store.keys()]).to.deep.equal(['web/b']);
  });

  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('foreign write' as const), name: name(), color: color() }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('foreign write' as const),
        name: name(),
        color: fc.constant('hidden'),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('own write' as const), name: name(), color: color() }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), name: name() }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('event' as const) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('answer' as const), index: fc.nat(5) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('list' as const) }) },
  );

  it('ends equal to the server, in whatever order lists, events and answers arrive', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const server = new ModelServer();
        const seen = new Map<string, number>();
        const store = new WatchedStore<Thing>({
          indexes: {},
          keep: isKept,
          transform: (object) => object,
          onChange: (change) => {
            expectForward(seen, change);
          },
        });
        const answers: Thing[] = [];
        let position = 0;
        let pages: { readonly items: readonly Thing[]; readonly revision: number } | 'asked' | undefined;

        /** begin, then the server makes the list, then its second half arrives: three moments with room in between. */
        const advanceList = (): void => {
          if (pages === undefined) {
            store.beginList();
            pages = 'asked';
          } else if (pages === 'asked') {
            pages = server.list();
            store.takePage(pages.items.slice(0, 1), String(pages.revision), true);
          } else {
            store.takePage(pages.items.slice(1), String(pages.revision), false);
            store.endList(String(pages.revision));
            position = pages.revision;
            pages = undefined;
          }
        };
        const deliver = (): boolean => {
          const event = pages === undefined ? server.after(position) : undefined;
          if (event === undefined) return false;
          position = event.revision;
          if (event.kind === 'changed') store.changed(event.object);
          else store.deleted(event.object);
          return true;
        };

        for (let i = 0; i < 3; i += 1) advanceList();
        for (const now of steps) {
          if (now.do === 'foreign write') server.write(now.name, now.color);
          else if (now.do === 'own write') answers.push(server.write(now.name, now.color));
          else if (now.do === 'delete') server.delete(now.name);
          else if (now.do === 'event') deliver();
          else if (now.do === 'list') advanceList();
          else answers.splice(now.index, 1).forEach((answer) => store.upsert(answer));
        }
        while (pages !== undefined) advanceList();
        while (deliver());
        for (const answer of answers) store.upsert(answer);

        expect(new Map([...store.keys()].map((key) => [key, store.get(key)]))).to.deep.equal(
          new Map(
            [...server.objects.values()]
              .filter(isKept)
              .map((object) => [`web/${object.metadata.name}`, object]),
          ),
        );
      }),
      { numRuns: 2_000 },
    );
  });
});

function name(): fc.Arbitrary<string> {
  return fc.constantFrom('a', 'b', 'c');
}

function color(): fc.Arbitrary<string> {
  return fc.constantFrom('red', 'green');
}

/** What handlers see of one object never goes back in time. */
function expectForward(seen: Map<string, number>, { kind, object }: Change<Thing>): void {
  const uid = object.metadata.uid ?? '';
  const version = Number(object.metadata.resourceVersion);
  const before = seen.get(uid) ?? 0;
  if (kind === 'deleted') expect(version).to.be.at.least(before);
  else expect(version).to.be.greaterThan(before);
  seen.set(uid, version);
}
