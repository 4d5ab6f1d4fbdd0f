import { expect } from 'chai';
import fc from 'fast-check';
import { type Candidate, newestFirst, pickVersion } from '../../../../src/charts/versions/pick.ts';

const OFFERED: readonly Candidate[] = [
  { version: '0.0.1' },
  { version: '0.1.0' },
  { version: '0.1.1' },
  { version: '0.1.5+b.min.minute', created: '2024-01-01T00:01:00Z' },
  { version: '0.1.5+a.min.hour', created: '2024-01-01T00:00:00Z' },
  { version: '0.1.5+c.now', created: '2024-01-01T01:00:00Z' },
  { version: '0.2.0' },
  { version: '0.10.0' },
  { version: '1.0.0' },
  { version: '1.1.0-rc.1' },
  { version: 'not a version' },
];

const ROWS: readonly { wanted: string; found: string | undefined }[] = [
  { wanted: '', found: '1.0.0' },
  { wanted: '*', found: '1.0.0' },
  { wanted: '<1.0.0', found: '0.10.0' },
  { wanted: '0.2.x', found: '0.2.0' },
  { wanted: '0.*', found: '0.10.0' },
  { wanted: '0.1.5', found: '0.1.5+c.now' },
  { wanted: '0.1.5+a.min.hour', found: '0.1.5+a.min.hour' },
  { wanted: '1.1.0-rc.1', found: '1.1.0-rc.1' },
  { wanted: '>=1.0.0-0', found: '1.1.0-rc.1' },
  { wanted: 'v1.0.0', found: '1.0.0' },
  { wanted: '1.0', found: '1.0.0' },
  { wanted: '1', found: '1.0.0' },
  { wanted: '>2.0.0', found: undefined },
];

describe('pickVersion', () => {
  for (const { wanted, found } of ROWS) {
    it(`takes ${found ?? 'nothing'} for ${JSON.stringify(wanted)}`, () => {
      const pick = pickVersion(OFFERED, wanted);

      expect(pick.kind === 'found' ? pick.candidate.version : undefined).to.equal(found);
    });
  }

  it('takes what is spelled exactly so before what the constraint allows', () => {
    const pick = pickVersion([{ version: '1.2.9' }, { version: '1.2' }], '1.2');

    expect(pick).to.deep.equal({ kind: 'found', candidate: { version: '1.2' } });
  });

  it('names the newest versions that exist when none satisfies', () => {
    expect(pickVersion(OFFERED, '>2')).to.deep.equal({
      kind: 'none',
      newest: ['1.1.0-rc.1', '1.0.0', '0.10.0', '0.2.0', '0.1.5+c.now'],
    });
  });

  it('says that a range which nobody can read is improper, even when a version is called so', () => {
    expect(pickVersion([{ version: 'latest' }], 'latest').kind).to.equal('improper');
  });

  it('does not depend on the order in which versions are offered', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...OFFERED], { minLength: OFFERED.length }), (shuffled) => {
        expect(newestFirst(shuffled)).to.deep.equal(newestFirst(OFFERED));
      }),
    );
  });
});
