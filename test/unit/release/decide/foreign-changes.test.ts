import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { HistoryEntry } from '../../../../src/api/helm-release.ts';
import { isContested } from '../../../../src/release/decide/foreign-changes.ts';

const NOW = new Date('2026-01-01T12:00:00Z');

function answered(revision: number, time: string, cause = 'ForeignChange'): HistoryEntry {
  return {
    revision,
    chart: 'web',
    version: '1.0.0',
    sourceRevision: 'abc',
    digest: 'v1.key.digest',
    action: 'upgrade',
    cause,
    result: 'Released',
    time,
  };
}

describe('isContested', () => {
  it('lets two changes of somebody else be answered', () => {
    expect(isContested([], NOW)).to.equal(false);
    expect(isContested([answered(2, '2026-01-01T11:59:00Z')], NOW)).to.equal(false);
  });

  it('ends it at the third within ten minutes', () => {
    const history = [answered(4, '2026-01-01T11:59:00Z'), answered(2, '2026-01-01T11:50:01Z')];

    expect(isContested(history, NOW)).to.equal(true);
  });

  it('forgets what is longer ago', () => {
    const history = [answered(4, '2026-01-01T11:59:00Z'), answered(2, '2026-01-01T11:50:00Z')];

    expect(isContested(history, NOW)).to.equal(false);
  });

  it('counts no revision that was made for another reason', () => {
    const history = [
      answered(4, '2026-01-01T11:59:00Z'),
      answered(3, '2026-01-01T11:59:00Z', 'Changed'),
      answered(2, '2026-01-01T11:58:00Z', 'Retry'),
    ];

    expect(isContested(history, NOW)).to.equal(false);
  });
});
