import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { HistoryEntry } from '../../../../src/api/helm-release.ts';
import { restorableRevision } from '../../../../src/release/observe/history.ts';

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

const stored = (number: number, status = 'superseded'): { number: number; status: string } => ({
  number,
  status,
});

describe('restorableRevision', () => {
  it('is the newest revision that worked and is still stored', () => {
    const history = [entry(5, 'Failed'), entry(4), entry(3)];

    expect(restorableRevision(history, [stored(3), stored(4), stored(5, 'failed')], 5)).to.equal(4);
  });

  it('passes over a revision that helm has pruned', () => {
    const history = [entry(4), entry(3)];

    expect(restorableRevision(history, [stored(3), stored(5)], 5)).to.equal(3);
  });

  it('passes over a revision that helm calls deployed but that never became ready', () => {
    const history = [entry(4, 'Failed'), entry(3)];

    expect(restorableRevision(history, [stored(3), stored(4, 'deployed')], 5)).to.equal(3);
  });

  it("takes Helm's word where no revision of ours worked", () => {
    expect(restorableRevision([], [stored(1), stored(2, 'deployed'), stored(3, 'failed')], 3)).to.equal(2);
  });

  it('is nothing for a first installation', () => {
    expect(restorableRevision([], [stored(1, 'failed')], 1)).to.equal(undefined);
  });
});
