import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseOneRef, parseRefs, type Refs } from '../../../src/git/ref-list.ts';
import { findRef, isFullId, missingRef, splitSteps } from '../../../src/git/ref.ts';

const id = (digit: string): string => digit.repeat(40);

describe('the list of refs', () => {
  it('knows branches, peeled tags, the default branch, and nothing else', () => {
    const refs = parseRefs(
      [
        'ref: refs/heads/main\tHEAD',
        `${id('1')}\tHEAD`,
        `${id('1')}\trefs/heads/main`,
        `${id('2')}\trefs/heads/a/b`,
        `${id('3')}\trefs/tags/v1`,
        `${id('4')}\trefs/tags/v1^{}`,
        `${id('5')}\trefs/remotes/origin/HEAD`,
        `${id('6')}\trefs/pull/1/refs/heads/x`,
        'warning: something',
        '',
      ].join('\n'),
      true,
    );

    expect(refs).to.deep.equal({
      head: id('1'),
      defaultBranch: 'main',
      heads: new Map([
        ['main', id('1')],
        ['a/b', id('2')],
      ]),
      tags: new Map([['v1', id('4')]]),
      tagObjects: new Map([['v1', id('3')]]),
      insecure: true,
    });
  });

  it('finds one other ref by its whole name only', () => {
    const output = `${id('1')}\trefs/pull/1/refs/x/y\n${id('2')}\trefs/x/y\n`;

    expect(parseOneRef(output, 'refs/x/y')).to.equal(id('2'));
    expect(parseOneRef(output, 'refs/x')).to.equal(undefined);
  });
});

describe('finding a ref', () => {
  const refs: Refs = {
    head: id('0'),
    defaultBranch: 'main',
    heads: new Map([
      ['main', id('1')],
      ['v1', id('2')],
      ['abc1234', id('3')],
      ['HEAD', id('4')],
      ['x-gabc', id('5')],
    ]),
    tags: new Map([
      ['v1', id('6')],
      ['heads/main', id('7')],
    ]),
    tagObjects: new Map(),
    insecure: false,
  };
  const rows = [
    { ref: '', found: { kind: 'commit', id: id('0') } },
    { ref: '@', found: { kind: 'commit', id: id('0') } },
    { ref: 'HEAD', found: { kind: 'commit', id: id('0') } },
    { ref: 'main', found: { kind: 'commit', id: id('1') } },
    { ref: 'v1', found: { kind: 'commit', id: id('6') } },
    { ref: 'heads/v1', found: { kind: 'commit', id: id('2') } },
    { ref: 'refs/heads/v1', found: { kind: 'commit', id: id('2') } },
    { ref: 'heads/main', found: { kind: 'commit', id: id('1') } },
    { ref: 'abc1234', found: { kind: 'commit', id: id('3') } },
    { ref: 'ABC12', found: { kind: 'short', prefix: 'abc12' } },
    { ref: 'v1-3-gabc1234', found: { kind: 'short', prefix: 'abc1234' } },
    { ref: 'x-gabc', found: { kind: 'commit', id: id('5') } },
    { ref: 'abc', found: { kind: 'other', fullName: 'refs/abc' } },
    { ref: 'pull/1/head', found: { kind: 'other', fullName: 'refs/pull/1/head' } },
    { ref: 'refs/pull/1/head', found: { kind: 'other', fullName: 'refs/pull/1/head' } },
  ];
  for (const { ref, found } of rows) {
    it(`'${ref}' is ${JSON.stringify(found)}`, () => {
      expect(findRef(refs, ref)).to.deep.equal(found);
    });
  }

  for (const ref of [
    'a b',
    'a..b',
    'a*',
    'a:b',
    'a\\b',
    'x.lock',
    'a/',
    '/a',
    'a?',
    'a[b',
    'a@{1}',
    'a\u0007b',
    'a//b',
    'a.',
  ]) {
    it(`${JSON.stringify(ref)} is refused: Git allows no such name`, () => {
      expect(() => findRef(refs, ref)).to.throw('is no name that Git allows');
    });
  }

  it('splits off the steps to ancestors, and those that lead nowhere', () => {
    expect(splitSteps('main')).to.deep.equal({ name: 'main', steps: '' });
    expect(splitSteps('v1~2^3')).to.deep.equal({ name: 'v1', steps: '~2^3' });
    expect(splitSteps('v1^{}')).to.deep.equal({ name: 'v1', steps: '' });
    expect(splitSteps('v1^{commit}~0^')).to.deep.equal({ name: 'v1', steps: '^' });
    expect(splitSteps('v1~10')).to.deep.equal({ name: 'v1', steps: '~10' });
  });

  it('takes only whole ids for ids', () => {
    expect([id('a'), id('A'), 'a'.repeat(64)].map(isFullId)).to.deep.equal([true, true, true]);
    expect(['a'.repeat(39), 'a'.repeat(41), `${id('a')}:x`, id('g')].map(isFullId)).to.deep.equal([
      false,
      false,
      false,
      false,
    ]);
  });

  it('says how many there are when none is alike', () => {
    expect(missingRef(refs, 'production', 'https://host/r')).to.equal(
      "repository https://host/r does not have the ref 'production' among 5 branches and 2 tags, its default branch is 'main': correct the ref, or push it",
    );
  });
});
