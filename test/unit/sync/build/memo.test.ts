import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { ParsedFile } from '../../../../src/sync/build/documents.ts';
import { createMemo } from '../../../../src/sync/build/memo.ts';

const ofLength = (length: number): ParsedFile => ({
  documents: [{ index: 1, line: 1, body: 'x'.repeat(length), use: 'apply' }],
  faults: [],
  skipped: 0,
});

describe('the memory of parsed files', () => {
  it('forgets what was used least recently when there is no room', () => {
    const memo = createMemo(10_000);
    for (const key of ['a', 'b', 'c']) memo.set(key, ofLength(1_000));
    memo.get('a');

    memo.set('d', ofLength(1_000));

    expect(['a', 'b', 'c', 'd'].filter((key) => memo.get(key) !== undefined)).to.deep.equal(['a', 'c', 'd']);
    expect(memo.bytes).to.be.within(6_000, 10_000);
  });

  it('does not keep what has no room at all, and counts what is replaced once', () => {
    const memo = createMemo(10_000);
    memo.set('a', ofLength(100));
    const before = memo.bytes;

    memo.set('a', ofLength(100));
    expect(memo.bytes).to.equal(before);

    memo.set('a', ofLength(100_000));
    expect(memo.get('a')).to.equal(undefined);
    expect(memo.bytes).to.equal(0);
  });
});
