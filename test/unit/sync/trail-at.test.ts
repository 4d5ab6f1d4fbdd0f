import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createTrailAt, type TrailAt } from '../../../src/sync/trail-at.ts';
import { never } from './act/support.ts';

const facts = { author: 'Ada', subject: 'Newest', time: '2026-01-02T00:00:00Z' };
const newest = { commit: 'c2', facts };

describe('the trail at a commit', () => {
  let asked: string[];
  const open = (known: readonly string[], signal = never()): TrailAt => {
    asked = [];
    const commit = (_: object, id: string) => {
      asked.push(id);
      const who = { name: 'Bob', email: '', time: '2026-01-01T00:00:00Z' };
      return known.includes(id)
        ? Promise.resolve({ author: who, committer: who, subject: 'Older', parents: [], tree: '' } as never)
        : Promise.reject(new Error('no such commit'));
    };
    return createTrailAt({ commit }, { url: 'https://u:p@example.com/a.git', scope: '' }, newest, signal);
  };

  it('asks git once for each, and not for the newest', async () => {
    const trailAt = open(['c1']);

    const trails = await Promise.all(['c2', 'c1', 'c1', 'c2'].map(trailAt));

    expect(asked).to.deep.equal(['c1']);
    expect(trails[1]).to.include({ commit: 'c1', author: 'Bob', subject: 'Older' });
    expect(trails[0]).to.include({ commit: 'c2', author: 'Ada', subject: 'Newest' });
    expect(trails[0]?.repository).to.contain('example.com').and.not.contain('u:p');
  });

  it('is that of the newest where git has lost the other', async () => {
    expect(await open([])('c1')).to.include({ commit: 'c2', author: 'Ada' });
  });

  it('ends with the pass', async () => {
    const end = new AbortController();
    end.abort(new Error('stopping'));

    const failure = await open([], end.signal)('c1').catch((caught: unknown) => caught);

    expect(String(failure)).to.contain('stopping');
  });
});
