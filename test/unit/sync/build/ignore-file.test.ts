import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Fault } from '../../../../src/sync/document.ts';
import { type Ignored, ignoredBy } from '../../../../src/sync/build/ignore-file.ts';

const read = (files: Readonly<Record<string, string>>): Ignored | Fault =>
  ignoredBy(new Map(Object.entries(files)));

const ignored = (files: Readonly<Record<string, string>>, path: string): boolean => {
  const isIgnored = read(files);
  if (typeof isIgnored !== 'function') throw new Error(isIgnored.why);
  return isIgnored(path);
};

const ROOT = 'clusters/prod/.gitsyncignore';

describe('.gitsyncignore', () => {
  for (const [line, path, expected] of [
    ['values.yaml', 'clusters/prod/a/values.yaml', true],
    ['values.yaml', 'clusters/prod/values.yaml', true],
    ['values.yaml', 'clusters/dev/values.yaml', false],
    ['values.yaml', 'clusters/prod/Values.yaml', false],
    ['/values.yaml', 'clusters/prod/a/values.yaml', false],
    ['*.json', 'clusters/prod/a/package.json', true],
    ['# *.json', 'clusters/prod/a/package.json', false],
    ['docs/', 'clusters/prod/docs/a/b.yaml', true],
    ['docs/', 'clusters/prod/a/docs/b.yaml', true],
    ['docs/', 'clusters/prod/docs', false],
    ['a/**/x.yaml', 'clusters/prod/a/b/c/x.yaml', true],
    ['**/test/*.yaml', 'clusters/prod/a/test/x.yaml', true],
    ['*\n!keep.yaml', 'clusters/prod/keep.yaml', false],
    ['a/\n!a/keep.yaml', 'clusters/prod/a/keep.yaml', true],
    ['a/*\n!a/keep.yaml', 'clusters/prod/a/keep.yaml', false],
    ['x.yaml\r\ny.yaml\r\n', 'clusters/prod/x.yaml', true],
    ['\uFEFFx.yaml', 'clusters/prod/x.yaml', true],
    ['[ab].yaml', 'clusters/prod/b.yaml', true],
  ] as const) {
    it(`with ${JSON.stringify(line)} ${expected ? 'names' : 'does not name'} ${path}`, () => {
      expect(ignored({ [ROOT]: line }, path)).to.equal(expected);
    });
  }

  it('of a deeper folder wins over one above it, but not inside of what is left out', () => {
    const files = {
      [ROOT]: '*.json\nout/\n',
      'clusters/prod/a/.gitsyncignore': '!keep.json\nown.yaml\n',
      'clusters/prod/out/.gitsyncignore': '!keep.yaml\n',
    };

    expect(
      ['a/keep.json', 'a/b/keep.json', 'a/other.json', 'a/own.yaml', 'own.yaml', 'out/keep.yaml'].map(
        (path) => ignored(files, `clusters/prod/${path}`),
      ),
    ).to.deep.equal([false, false, true, true, false, true]);
  });

  it('of a deeper folder may bring back a folder with all that is in it, and be silent about it', () => {
    const files = { [ROOT]: 'b/*\nc/*\n', 'clusters/prod/b/.gitsyncignore': '!c/\n!\n/\n' };

    expect(
      ['b/c/x.yaml', 'b/d/x.yaml', 'c/x.yaml'].map((path) => ignored(files, `clusters/prod/${path}`)),
    ).to.deep.equal([false, true, true]);
  });

  it('means a folder whose name looks like a pattern by its name', () => {
    const files = { 'a[b]*/.gitsyncignore': 'x.yaml\n' };

    expect(['a[b]*/x.yaml', 'ab/x.yaml'].map((path) => ignored(files, path))).to.deep.equal([true, false]);
  });

  it('works from the root of a repository', () => {
    expect(ignored({ '.gitsyncignore': 'a/\n' }, 'a/b.yaml')).to.equal(true);
    expect(ignored({ '.gitsyncignore': '/b.yaml\n' }, 'a/b.yaml')).to.equal(false);
    expect(ignored({}, 'a/b.yaml')).to.equal(false);
  });

  for (const [what, text, fault] of [
    ['too many lines', 'a\n'.repeat(501), { file: ROOT, why: /more than 500 lines/ }],
    ['a name of many wildcards', 'x\n*a*a*a*a*a*b\n', { file: ROOT, line: 2, why: /two wildcards/ }],
    ['many folders left open', '**/a/**/b/**/c\n', { file: ROOT, line: 1, why: /two wildcards/ }],
    ['a line without end', 'x'.repeat(1_001), { file: ROOT, line: 1, why: /simpler pattern/ }],
  ] as const) {
    it(`is refused for ${what}`, () => {
      const found = read({ [ROOT]: text }) as Fault;

      expect(found.why).to.match(fault.why);
      expect(found).to.deep.include({ file: fault.file, ...('line' in fault ? { line: fault.line } : {}) });
    });
  }

  it('takes no time however a name is made to fit badly', () => {
    const name = `clusters/prod/${'a'.repeat(250)}`;
    const started = process.cpuUsage();

    expect(ignored({ [ROOT]: '*a*b\n'.repeat(100) }, name)).to.equal(false);
    expect(process.cpuUsage(started).user).to.be.below(1_000_000);
  });
});
