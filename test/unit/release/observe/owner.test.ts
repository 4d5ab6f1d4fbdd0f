import { expect } from 'chai';
import { describe, it } from 'mocha';
import { claimOn } from '../../../../src/release/observe/owner.ts';
import type { Claimant } from '../../../../src/release/observe/owner.ts';

const markOf = (key: string): string => `mark-of-${key.replace('/', '-')}`;
const claimant = (name: string, created: string, deleting = false): Claimant => ({
  key: `team/${name}`,
  uid: name,
  created,
  deleting,
});
const older = claimant('older', '2026-01-01T00:00:00Z');
const newer = claimant('newer', '2026-01-02T00:00:00Z');

describe('claimOn', () => {
  it('gives a release without a mark to the older HelmRelease', () => {
    expect(claimOn(older, [newer], undefined, markOf, true)).to.deep.equal({ kind: 'ours' });
    expect(claimOn(newer, [older], undefined, markOf, true)).to.deep.equal({
      kind: 'taken',
      by: 'team/older',
    });
  });

  it('lets whoever is marked keep the release, also against an older one', () => {
    expect(claimOn(newer, [older], markOf(newer.key), markOf, true)).to.deep.equal({ kind: 'ours' });
    expect(claimOn(older, [newer], markOf(newer.key), markOf, true)).to.deep.equal({
      kind: 'taken',
      by: 'team/newer',
    });
  });

  it('hands a release over whose marked owner is gone', () => {
    expect(claimOn(newer, [], markOf('team/gone'), markOf, true)).to.deep.equal({ kind: 'inherited' });
  });

  it('does not take a release over when the owner may live where it cannot see', () => {
    expect(claimOn(newer, [], markOf('other/owner'), markOf, false)).to.include({ kind: 'taken' });
  });

  it('leaves a release with its marked owner until that is really gone', () => {
    const leaving = claimant('older', older.created, true);

    expect(claimOn(newer, [leaving], markOf(leaving.key), markOf, true)).to.deep.equal({
      kind: 'taken',
      by: 'team/older',
    });
  });

  it('does not wait for an older one that is going and never had the release', () => {
    const leaving = claimant('older', older.created, true);

    expect(claimOn(newer, [leaving], undefined, markOf, true)).to.deep.equal({ kind: 'ours' });
  });
});
