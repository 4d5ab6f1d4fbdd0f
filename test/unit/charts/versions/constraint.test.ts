import { expect } from 'chai';
import fc from 'fast-check';
import { parseConstraint } from '../../../../src/charts/versions/constraint.ts';
import { parseVersion } from '../../../../src/charts/versions/version.ts';

/** What Masterminds semver 3.5.0 answers. */
const ROWS: readonly { range: string; allows: readonly string[]; refuses: readonly string[] }[] = [
  { range: '1.2.3', allows: ['1.2.3', 'v1.2.3', '1.2.3+build'], refuses: ['1.2.4', '1.2.3-rc.1'] },
  { range: 'v1.2.3', allows: ['1.2.3'], refuses: ['1.2.4'] },
  { range: '1.2', allows: ['1.2.0', '1.2.9'], refuses: ['1.3.0', '1.1.9'] },
  { range: '=1', allows: ['1.0.0', '1.9.9'], refuses: ['2.0.0', '0.9.0'] },
  { range: '*', allows: ['0.0.1', '9.9.9'], refuses: ['1.0.0-rc.1'] },
  { range: '1.x', allows: ['1.0.0', '1.99.0'], refuses: ['2.0.0', '1.0.0-0'] },
  { range: '>=1.0.0, <2.0.0', allows: ['1.0.0', '1.9.9'], refuses: ['2.0.0', '0.9.9'] },
  { range: '>=1.0.0 <2.0.0', allows: ['1.0.0', '1.9.9'], refuses: ['2.0.0'] },
  { range: '1.0.0 - 2.0.0', allows: ['1.0.0', '2.0.0'], refuses: ['2.0.1'] },
  { range: '<1 || >=3', allows: ['0.9.0', '3.0.0'], refuses: ['1.0.0', '2.9.9'] },
  { range: '!=1.2.3', allows: ['1.2.4'], refuses: ['1.2.3'] },
  { range: '!=1.2', allows: ['1.3.0'], refuses: ['1.2.9'] },
  { range: '>1', allows: ['2.0.0'], refuses: ['1.9.9', '1.0.0'] },
  { range: '>1.2', allows: ['1.3.0'], refuses: ['1.2.9'] },
  { range: '<=1.2', allows: ['1.2.9', '0.1.0'], refuses: ['1.3.0'] },
  { range: '=>1.0.0', allows: ['1.0.0'], refuses: ['0.9.9'] },
  { range: '~1.2.3', allows: ['1.2.3', '1.2.9'], refuses: ['1.3.0', '1.2.2'] },
  { range: '~>1', allows: ['1.0.0', '1.9.0'], refuses: ['2.0.0'] },
  { range: '~0.0.0', allows: ['0.0.0', '5.0.0'], refuses: [] },
  { range: '^1.2.3', allows: ['1.2.3', '1.9.0'], refuses: ['2.0.0', '1.2.2'] },
  { range: '^0.2.3', allows: ['0.2.3', '0.2.9'], refuses: ['0.3.0'] },
  { range: '^0.0.3', allows: ['0.0.3'], refuses: ['0.0.4'] },
  { range: '^0', allows: ['0.0.1', '0.9.9'], refuses: ['1.0.0'] },
  { range: '^*', allows: ['0.0.0'], refuses: ['0.0.1', '1.0.0'] },
  { range: '>=1.0.0-0', allows: ['1.0.0-rc.1', '2.0.0-alpha', '3.0.0'], refuses: ['0.9.0'] },
  { range: '>=1.0.0-0 <2.0.0', allows: ['1.5.0-rc.1', '2.0.0-rc.1'], refuses: ['2.0.0'] },
  { range: '^1.0.0 || ^2.0.0-0', allows: ['2.1.0-rc.1', '1.1.0'], refuses: ['1.1.0-rc.1'] },
  { range: '~1.2.x-0', allows: ['1.2.6-rc.1', '1.2.6'], refuses: ['1.3.0'] },
];

const IMPROPER = [
  '',
  ' ',
  'latest',
  '1.2.3.4',
  '1|2',
  '1 ||',
  '1.0.0 ,, 2',
  '>=1.0.0<2',
  'v',
  '^',
  '==1',
  'a'.repeat(600),
];

const allows = (range: string, version: string): boolean => {
  const parsed = parseVersion(version);
  return parsed !== undefined && parseConstraint(range)?.allows(parsed) === true;
};

describe('parseConstraint', () => {
  for (const row of ROWS) {
    it(`reads ${row.range} as Helm does`, () => {
      expect(row.allows.filter((version) => !allows(row.range, version))).to.deep.equal([]);
      expect(row.refuses.filter((version) => allows(row.range, version))).to.deep.equal([]);
    });
  }

  for (const range of IMPROPER) {
    it(`calls ${JSON.stringify(range.slice(0, 20))} improper`, () => {
      expect(parseConstraint(range)).to.equal(undefined);
    });
  }

  it('is quick with text that was made to be slow', () => {
    const started = performance.now();

    parseConstraint('1    '.repeat(102) + '!');
    parseConstraint('1-a.'.repeat(120) + '!');

    expect(performance.now() - started).to.be.lessThan(200);
  });

  it('lets every version satisfy itself, and neither more nor less than itself', () => {
    const part = fc.nat({ max: 30 });
    fc.assert(
      fc.property(part, part, part, (major, minor, patch) => {
        const version = [major, minor, patch].join('.');
        expect(allows(version, version)).to.equal(true);
        expect(allows(`>=${version}, <=${version}`, version)).to.equal(true);
        expect(allows(`!=${version}`, version)).to.equal(false);
        expect(allows(`>${version}`, version) || allows(`<${version}`, version)).to.equal(false);
      }),
    );
  });
});
