import { expect } from 'chai';
import fc from 'fast-check';
import type { HistoryEntry } from '../../../../src/api/helm-release.ts';
import { HISTORY_LIMIT } from '../../../../src/api/schema/status.ts';
import { isGood } from '../../../../src/release/observe/history.ts';
import { withEntry, withResult } from '../../../../src/release/record/history.ts';

function entry(revision: number, result: HistoryEntry['result'] = 'Released'): HistoryEntry {
  return {
    revision,
    result,
    chart: 'web',
    version: '1.0.0',
    sourceRevision: 'abc',
    digest: 'v1.key.digest',
    action: 'upgrade',
    cause: 'Changed',
    time: '2026-01-01T00:00:00Z',
  };
}

describe('withEntry', () => {
  it('keeps the newest entries first and replaces that of the same revision', () => {
    const history = withEntry([entry(2), entry(1)], entry(2, 'Failed'));

    expect(history.map(({ revision, result }) => [revision, result])).to.deep.equal([
      [2, 'Failed'],
      [1, 'Released'],
    ]);
  });

  it('is bounded and never loses the last revision that worked', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), (worked) => {
        const entries = worked.map((good, index) => entry(index + 1, good ? 'Released' : 'Failed'));
        const history = entries.reduce<readonly HistoryEntry[]>(withEntry, []);
        const lastGood = entries.findLast(isGood)?.revision;

        expect(history.length).to.be.at.most(HISTORY_LIMIT);
        expect(history[0]?.revision).to.equal(entries.length);
        expect(history.find(isGood)?.revision).to.equal(lastGood);
      }),
    );
  });
});

describe('withResult', () => {
  it('changes only the entry of that revision', () => {
    const history = withResult([entry(2), entry(1)], 2, { result: 'Failed', message: 'no' });

    expect(history[0]).to.deep.equal({ ...entry(2, 'Failed'), message: 'no' });
    expect(history[1]).to.deep.equal(entry(1));
  });
});
