import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createSizedMemo } from '../../../src/process/sized-memo.ts';

describe('a memory of so many bytes', () => {
  const knows = ['a', 'b', 'c', 'd'];
  const create = () => createSizedMemo<string>(10, (value) => value.length);

  it('forgets what was used least recently when there is no room', () => {
    const memo = create();
    for (const key of ['a', 'b', 'c']) memo.set(key, 'xxx');
    memo.get('a');

    memo.set('d', 'xxx');

    expect(knows.filter((key) => memo.get(key) !== undefined)).to.deep.equal(['a', 'c', 'd']);
    expect(memo.bytes).to.equal(9);
  });

  it('counts what is replaced once', () => {
    const memo = create();
    memo.set('a', 'xxx');
    memo.set('a', 'xx');

    expect(memo.get('a')).to.equal('xx');
    expect(memo.bytes).to.equal(2);
  });

  it('takes nothing that is larger than it, and keeps nothing older of that name', () => {
    const memo = create();
    memo.set('a', 'xxx');
    memo.set('b', 'xxx');

    memo.set('a', 'x'.repeat(11));

    expect(knows.filter((key) => memo.get(key) !== undefined)).to.deep.equal(['b']);
    expect(memo.bytes).to.equal(3);
  });
});
