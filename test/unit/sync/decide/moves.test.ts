import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  decideMoves,
  heldBy,
  type MovesInput,
  type Reading,
  unreadBy,
} from '../../../../src/sync/decide/moves.ts';

const WEB = '/ConfigMap/shop/web';
const API = '/ConfigMap/shop/api';
const OTHER = 'shop/other';

/** A commit `new` that takes WEB out of the folder. */
function leavingWeb(
  reading: Partial<Reading> | undefined,
  more: Partial<MovesInput & { theirs: string }> = {},
): MovesInput {
  const { theirs = 'repository', ...rest } = more;
  const none = { revision: 'old', ids: new Set<string>(), leaving: new Set<string>() };
  return {
    ...{ source: 'repository', revision: 'new', before: 'old' },
    ...{ leaving: new Set([WEB]), coming: new Set<string>() },
    others: new Map([
      [OTHER, { source: theirs, reading: reading === undefined ? undefined : { ...none, ...reading } }],
    ]),
    ...rest,
  };
}

describe('what moves between GitSyncs', () => {
  it('is handed to the one that holds it now', () => {
    const input = leavingWeb({ revision: 'new', ids: new Set([WEB]) });
    expect(unreadBy(input)).to.equal(undefined);
    expect(decideMoves(input)).to.deep.equal({ handed: new Map([[WEB, OTHER]]) });
  });

  it('is handed to one of another repository too', () => {
    const input = leavingWeb({ revision: 'v2', ids: new Set([WEB]) }, { theirs: 'elsewhere' });
    expect(unreadBy(input)).to.equal(undefined);
    expect(decideMoves(input).handed.get(WEB)).to.equal(OTHER);
  });

  it('is nobody else’s when all have read the commit and none holds it', () => {
    const input = leavingWeb({ revision: 'new', ids: new Set([API]) });
    expect(unreadBy(input)).to.equal(undefined);
    expect(decideMoves(input)).to.deep.equal({ handed: new Map() });
  });

  it('is not known before those of the same repository have read the commit', () => {
    expect(unreadBy(leavingWeb(undefined))).to.equal(OTHER);
    expect(unreadBy(leavingWeb({ revision: 'old' }))).to.equal(OTHER);
    expect(unreadBy(leavingWeb({ revision: 'old' }, { theirs: 'elsewhere' }))).to.equal(undefined);
    expect(unreadBy(leavingWeb({ revision: 'old' }, { leaving: new Set() }))).to.equal(undefined);
  });

  it('may be in a folder that this very commit made unreadable', () => {
    const broken = leavingWeb({ revision: 'old', unreadable: 'new' });
    expect(unreadBy(broken)).to.equal(undefined);
    expect(decideMoves(broken)).to.deep.equal({ handed: new Map(), unreadable: OTHER });
  });

  it('is not kept by a folder that was unreadable before', () => {
    const broken = leavingWeb({ revision: 'older', unreadable: 'new' });
    expect(decideMoves(broken)).to.deep.equal({ handed: new Map() });
  });

  it('is waited for by the one that it comes to, until the other has let go', () => {
    const coming = { leaving: new Set<string>(), coming: new Set([WEB]) };
    expect(heldBy(leavingWeb({ revision: 'old', ids: new Set([WEB]) }, coming))).to.equal(OTHER);
    expect(heldBy(leavingWeb({ revision: 'new', leaving: new Set([WEB]) }, coming))).to.equal(OTHER);
    expect(heldBy(leavingWeb({ revision: 'new' }, coming))).to.equal(undefined);
    expect(heldBy(leavingWeb({ revision: 'old', ids: new Set([API]) }, coming))).to.equal(undefined);
  });

  it('goes both ways at once: who has read the commit lets go without waiting', () => {
    const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd')).map((some) => new Set(some));
    fc.assert(
      fc.property(ids, ids, ids, (had, has, theirs) => {
        const input = {
          ...{ source: 's', revision: 'new', before: 'old' },
          ...{ leaving: had.difference(has), coming: has.difference(had) },
          others: new Map([
            ['x', { source: 's', reading: { revision: 'new', ids: theirs, leaving: had } satisfies Reading }],
          ]),
        };
        expect(unreadBy(input)).to.equal(undefined);
        expect(new Set(decideMoves(input).handed.keys())).to.deep.equal(input.leaving.intersection(theirs));
      }),
    );
  });
});
