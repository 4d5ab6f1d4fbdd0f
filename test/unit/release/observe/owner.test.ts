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
    expect(claimOn(older, [newer], {}, markOf, true)).to.deep.equal({ kind: 'ours' });
    expect(claimOn(newer, [older], {}, markOf, true)).to.deep.equal({
      kind: 'taken',
      by: 'team/older',
    });
  });

  it('lets whoever is marked keep the release, also against an older one', () => {
    expect(claimOn(newer, [older], { marked: markOf(newer.key) }, markOf, true)).to.deep.equal({
      kind: 'ours',
    });
    expect(claimOn(older, [newer], { marked: markOf(newer.key) }, markOf, true)).to.deep.equal({
      kind: 'taken',
      by: 'team/newer',
    });
  });

  it('hands a release over whose marked owner is gone', () => {
    expect(claimOn(newer, [], { marked: markOf('team/gone') }, markOf, true)).to.deep.equal({
      kind: 'inherited',
    });
  });

  it('does not take a release over when the owner may live where it cannot see', () => {
    expect(claimOn(newer, [], { marked: markOf('other/owner') }, markOf, false)).to.include({
      kind: 'taken',
    });
  });

  it('leaves a release with its marked owner until that is really gone', () => {
    const leaving = claimant('older', older.created, true);

    expect(claimOn(newer, [leaving], { marked: markOf(leaving.key) }, markOf, true)).to.deep.equal({
      kind: 'taken',
      by: 'team/older',
    });
  });

  it('does not wait for an older one that is going and never had the release', () => {
    const leaving = claimant('older', older.created, true);

    expect(claimOn(newer, [leaving], {}, markOf, true)).to.deep.equal({ kind: 'ours' });
  });

  it('gives a release without a mark to whom 1.4.4 made it for, whoever is older', () => {
    expect(claimOn(newer, [older], { antecedent: newer.key }, markOf, true)).to.deep.equal({ kind: 'ours' });
    expect(claimOn(older, [newer], { antecedent: newer.key }, markOf, true)).to.deep.equal({
      kind: 'taken',
      by: 'team/newer',
    });
  });

  it('does not keep it for one that is gone, or that stands for another release', () => {
    expect(claimOn(newer, [], { antecedent: 'team/gone' }, markOf, true)).to.deep.equal({ kind: 'ours' });
    expect(claimOn(newer, [], { antecedent: 'team/gone' }, markOf, false)).to.deep.equal({ kind: 'ours' });
  });

  it('keeps it for one that may live where it cannot see', () => {
    expect(claimOn(newer, [], { antecedent: 'other/owner' }, markOf, false)).to.deep.equal({
      kind: 'taken',
      by: 'other/owner',
    });
  });

  it('believes a mark more than what 1.4.4 wrote', () => {
    const named = { marked: markOf(newer.key), antecedent: older.key };

    expect(claimOn(newer, [older], named, markOf, true)).to.deep.equal({ kind: 'ours' });
  });
});
