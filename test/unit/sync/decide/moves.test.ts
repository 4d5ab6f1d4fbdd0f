import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  decideMoves,
  heldElsewhere,
  isGiving,
  type Other,
  type Reading,
} from '../../../../src/sync/decide/moves.ts';

const WEB = '/ConfigMap/shop/web';
const API = '/ConfigMap/shop/api';
const OTHER = 'shop/other';

function other(reading: Partial<Reading> | undefined, more: Partial<Other> = {}): Other {
  const none = { revision: 'new', generation: 1, ids: new Set<string>(), leaving: new Set<string>() };
  return {
    ...{ isBeside: true, mayLook: true, generation: 1, asks: new Set<string>() },
    reading: reading === undefined ? undefined : { ...none, ...reading },
    ...more,
  };
}

/** What becomes of WEB, which the commit `new` takes out of a folder. */
function movesBeside(one: Other) {
  const { handed, keptBack } = decideMoves({
    ...{ revision: 'new', leaving: [WEB], others: new Map([[OTHER, one]]) },
  });
  return { handed: handed.get(WEB), keptBack: keptBack.get(WEB)?.because };
}

const GONE = { handed: undefined, keptBack: undefined };
const HANDED = { handed: OTHER, keptBack: undefined };

describe('what moves between GitSyncs', () => {
  it('is handed to whoever asks for it, wherever that one reads', () => {
    const asks = new Set([WEB]);
    expect(movesBeside(other({ ids: asks }, { asks }))).to.deep.equal(HANDED);
    expect(movesBeside(other({ revision: 'v2', ids: asks }, { asks, isBeside: false }))).to.deep.equal(
      HANDED,
    );
  });

  it('is not handed to one that only has it in Git: its account may not be allowed to have it', () => {
    const ids = new Set([WEB]);
    expect(movesBeside(other({ ids }, { isBeside: false }))).to.deep.equal(GONE);
    const wanted = { handed: undefined, keptBack: 'it is wanted' };
    expect(movesBeside(other({ ids }))).to.deep.equal(wanted);
    expect(movesBeside(other({ ids }, { mayLook: false })), 'it has failed').to.deep.equal(wanted);
  });

  it('has gone when all that read the same commits have read this one, and none has it', () => {
    expect(movesBeside(other({ ids: new Set([API]) }))).to.deep.equal(GONE);
  });

  it('is kept as long as one that reads the same commits has not looked, or by another spec', () => {
    const unread = { handed: undefined, keptBack: 'it has not looked' };
    expect(movesBeside(other(undefined))).to.deep.equal(unread);
    expect(movesBeside(other({ revision: 'old' }))).to.deep.equal(unread);
    expect(movesBeside(other({}, { generation: 2 }))).to.deep.equal(unread);
    expect(movesBeside(other(undefined, { isBeside: false }))).to.deep.equal(GONE);
    expect(movesBeside(other(undefined, { mayLook: false })), 'it may never look').to.deep.equal(GONE);
  });

  it('is kept as long as the folder of one cannot be read, since when ever that is', () => {
    for (const revision of ['older', 'old', 'new']) {
      expect(movesBeside(other({ revision, unreadable: 'new' }))).to.deep.equal({
        handed: undefined,
        keptBack: 'it cannot be read',
      });
    }
  });

  it('is never in two places, and never lost from both', () => {
    const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c')).map((some) => new Set(some));
    const revision = fc.constantFrom('old', 'new');
    fc.assert(
      fc.property(ids, ids, ids, revision, fc.boolean(), (leaving, theirs, asks, read, isBeside) => {
        const one = other({ revision: read, ids: theirs }, { asks, isBeside });
        const { handed, keptBack } = decideMoves({
          ...{ revision: 'new', leaving, others: new Map([[OTHER, one]]) },
        });
        expect(new Set(handed.keys()).isDisjointFrom(new Set(keptBack.keys()))).to.equal(true);
        for (const id of leaving) {
          const mayDelete = !handed.has(id) && !keptBack.has(id);
          const mayBeThere = asks.has(id) || (isBeside && (read === 'old' || theirs.has(id)));
          expect(mayDelete).to.equal(!mayBeThere);
        }
      }),
    );
  });

  it('is waited for by the one that it comes to, as long as the other is about to let go', () => {
    const had = { ids: new Set([WEB]) };
    expect(isGiving(other({ ...had, revision: 'old' }), WEB, 'new')).to.equal(true);
    expect(isGiving(other({ leaving: new Set([WEB]) }), WEB, 'new')).to.equal(true);
    expect(isGiving(other({ leaving: new Set([WEB]) }, { isBeside: false }), WEB, 'new')).to.equal(true);
    expect(isGiving(other(had), WEB, 'new'), 'it stays there').to.equal(false);
    expect(isGiving(other({ ...had, revision: 'old' }, { isBeside: false }), WEB, 'new')).to.equal(false);
    expect(isGiving(other(undefined), WEB, 'new')).to.equal(false);
  });

  it('stays when the GitSync goes that had it, if another one has it in Git', () => {
    const others = new Map([[OTHER, other({ ids: new Set([WEB]) })]]);
    expect([...heldElsewhere([WEB, API], others)]).to.deep.equal([[WEB, OTHER]]);
    const elsewhere = other({ ids: new Set([WEB]) }, { isBeside: false, asks: new Set([API]) });
    expect([...heldElsewhere([WEB, API], new Map([[OTHER, elsewhere]]))]).to.deep.equal([[API, OTHER]]);
  });
});
