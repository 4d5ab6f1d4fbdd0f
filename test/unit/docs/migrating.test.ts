import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { FATES, rowsOf, sumsOf } from './page.ts';
import type { Fate, Row } from './page.ts';
import { readTitles, testFiles, titlesOf } from './titles.ts';
import type { Titles } from './titles.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const DEFECTS = Array.from({ length: 22 }, (_, index) => index + 1);

describe('docs/migrating-from-helm-operator.md', () => {
  const page = readFileSync(join(ROOT, 'docs', 'migrating-from-helm-operator.md'), 'utf8');
  const rows = rowsOf(page);
  const paths = testFiles(ROOT);
  const known = new Map<string, Titles>();
  const titlesIn = (path: string): Titles => {
    const titles = known.get(path) ?? readTitles(ROOT, path);
    known.set(path, titles);
    return titles;
  };
  const says = ({ line, was }: Row): string => `line ${String(line)}: ${was}`;

  it('says of each line what became of it, and why where that is something else', () => {
    expect(rows.filter(({ fate }) => fate === undefined).map(says)).to.deep.equal([]);
    expect(rows.filter(({ fate, why }) => fate !== 'kept' && why === '').map(says)).to.deep.equal([]);
  });

  it('names for each line a test that is there', () => {
    const faults = rows.flatMap((row) => {
      if (row.tests.length === 0) return [`${says(row)}: no test`];
      const lost = row.tests.filter(({ path, title }) => !paths.includes(path) || !titlesIn(path).has(title));
      return [...row.rest, ...lost.map(({ path, title }) => `${path}: ${title}`)].map(
        (what) => `${says(row)}: there is no ${what}`,
      );
    });

    expect(faults).to.deep.equal([]);
  });

  it('counts right', () => {
    const count = (fate: Fate): number => rows.filter((row) => row.fate === fate).length;
    expect(sumsOf(page)).to.deep.equal(Object.fromEntries(FATES.map((fate) => [fate, count(fate)])));
  });

  it('has a test named after each of the 22 defects', () => {
    const titles = paths.filter((path) => path.endsWith('.test.ts')).flatMap((path) => titlesIn(path).all);
    const unproved = DEFECTS.filter(
      (number) => !titles.some((title) => title.startsWith(`defect ${String(number)}: `)),
    );

    expect(unproved).to.deep.equal([]);
  });
});

describe('the titles of a file of tests', () => {
  const titles = titlesOf(`
    const rows = [{ when: 'a lock is old' }];
    describe(\`life with \${helm}\`, () => {
      for (const row of rows) it(\`unlocks when \${row.when}\`, () => {});
      it("does not wait", () => { expect('a lock').to.equal('x'); });
    });`);

  it('are those of describe and it, with what is filled in left open', () => {
    expect(titles.all).to.deep.equal(['life with …', 'unlocks when …', 'does not wait']);
  });

  it('are found as they stand, open, or filled in from a table', () => {
    for (const title of ['does not wait', 'unlocks when …', 'unlocks when a lock is old', 'a lock is old'])
      expect(titles.has(title), title).to.equal(true);
  });

  it('are not found in other words', () => {
    for (const title of ['does wait', 'unlocks when a lock is new', 'life with helm'])
      expect(titles.has(title), title).to.equal(false);
  });
});

describe('the rows of a page', () => {
  const page = [
    '| a | b |',
    '| --- | --- |',
    '| not | compared |',
    '',
    '| What it did | Here | Why it differs | Test |',
    '| --- | --- | --- | --- |',
    String.raw`| took a \| b | kept |  | [unit/a](../test/unit/a.test.ts): takes a \| b<br>[e2e/c](../test/e2e/c.ts): d |`,
    '| lost it | changed: no more | it was wrong | by hand |',
    '| did it | keptish |  |  |',
  ].join('\n');
  const rows = rowsOf(page);

  it('are those of the tables that compare, with their tests', () => {
    expect(rows.map(({ line, fate }) => [line, fate])).to.deep.equal([
      [7, 'kept'],
      [8, 'changed'],
      [9, undefined],
    ]);
    expect(rows[0]?.tests).to.deep.equal([
      { path: 'test/unit/a.test.ts', title: 'takes a | b' },
      { path: 'test/e2e/c.ts', title: 'd' },
    ]);
    expect(rows[1]).to.deep.include({ tests: [], rest: ['by hand'], why: 'it was wrong' });
  });

  it('are counted by the page itself', () => {
    expect(sumsOf('It is **12 kept, 3 changed, 4 refused**.')).to.deep.equal({
      kept: 12,
      changed: 3,
      refused: 4,
    });
    expect(sumsOf('12 kept')).to.equal(undefined);
  });
});
