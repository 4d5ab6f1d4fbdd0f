import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { HelmRelease, HelmReleaseStatus } from '../../../../src/api/helm-release.ts';
import { TRUSTING } from '../../../../src/api/tenancy.ts';
import { claimantOf, claimOn, mayInherit } from '../../../../src/release/observe/owner.ts';
import type { Claimant } from '../../../../src/release/observe/owner.ts';

const markOf = (key: string): string => `mark-of-${key.replace('/', '-')}`;
const claimant = (name: string, created: string, deleting = false): Claimant => ({
  key: `team/${name}`,
  uid: name,
  created,
  deleting,
  proved: true,
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

  describe('with one of another namespace that has proved no rights to the release', () => {
    const foreign = (name: string, created: string, proved = false): Claimant => ({
      ...claimant(name, created),
      key: `elsewhere/${name}`,
      proved,
    });
    const stranger = foreign('stranger', '2026-01-01T00:00:00Z');

    it('gives the release to the one that may have it, although that is newer', () => {
      expect(claimOn(newer, [stranger], {}, markOf, true)).to.deep.equal({ kind: 'ours' });
      expect(claimOn(stranger, [newer], {}, markOf, true)).to.deep.equal({ kind: 'taken', by: newer.key });
    });

    it('goes by age again once it has proved them', () => {
      const proved = { ...stranger, proved: true };

      expect(claimOn(newer, [proved], {}, markOf, true)).to.deep.equal({ kind: 'taken', by: stranger.key });
      expect(claimOn(proved, [newer], {}, markOf, true)).to.deep.equal({ kind: 'ours' });
    });

    it('lets it keep a release on which it is marked, or which 1.4.4 made for it', () => {
      for (const named of [{ marked: markOf(stranger.key) }, { antecedent: stranger.key }]) {
        expect(claimOn(older, [stranger], named, markOf, true)).to.deep.equal({
          kind: 'taken',
          by: stranger.key,
        });
        expect(claimOn(stranger, [older], named, markOf, true)).to.deep.equal({ kind: 'ours' });
      }
    });

    it('lets it stand in the way of those of its own namespace only', () => {
      const later = foreign('later', '2026-01-03T00:00:00Z');
      const third = { ...later, key: 'third/later' };

      expect(claimOn(later, [stranger], {}, markOf, true)).to.deep.equal({ kind: 'taken', by: stranger.key });
      expect(claimOn(stranger, [later], {}, markOf, true)).to.deep.equal({ kind: 'ours' });
      expect(claimOn(third, [stranger], {}, markOf, true)).to.deep.equal({ kind: 'ours' });
    });

    it('always has one that comes first', () => {
      const all = [stranger, foreign('proved', '2026-01-02T00:00:00Z', true), newer, older];
      for (const left of all) {
        const some = all.filter((each) => each !== left);
        const claims = some.map((self) =>
          claimOn(
            self,
            some.filter((each) => each !== self),
            {},
            markOf,
            true,
          ),
        );

        expect(
          claims.filter(({ kind }) => kind === 'ours'),
          `without ${left.key}`,
        ).to.have.length(1);
      }
    });
  });
});

describe('a HelmRelease that stands for a release', () => {
  const STRICT = { defaultAccount: 'default', crossNamespaceRefs: false };
  const there = { releaseName: 'team-web', targetNamespace: 'team' };
  const release = (
    spec: Partial<HelmRelease['spec']>,
    status: HelmReleaseStatus = {},
    namespace = 'elsewhere',
  ): HelmRelease => ({
    apiVersion: 'helm.fluxcd.io/v1',
    kind: 'HelmRelease',
    metadata: { namespace, name: 'web' },
    spec: { chart: {}, ...spec },
    status,
  });

  it('of another namespace has proved nothing while an account releases it and never did', () => {
    expect(claimantOf(release(there), STRICT).proved).to.equal(false);
    expect(claimantOf(release({ ...there, serviceAccountName: 'app' }), TRUSTING).proved).to.equal(false);
  });

  it('has nothing to prove with the rights of the operator, or in its own namespace', () => {
    expect(claimantOf(release(there), TRUSTING).proved).to.equal(true);
    expect(claimantOf(release({ releaseName: 'team-web' }), STRICT).proved).to.equal(true);
    expect(claimantOf(release(there, {}, 'team'), STRICT).proved).to.equal(true);
  });

  it('has proved its rights when it has managed that release, and none by another or by a refusal', () => {
    const began = { revision: '1.0.0' };
    const of = (status: HelmReleaseStatus): boolean => claimantOf(release(there, status), STRICT).proved;

    expect(of({ ...there, ...began })).to.equal(true);
    expect(of({ ...there, targetNamespace: 'elsewhere', ...began })).to.equal(false);
    expect(of({ ...there, phase: 'Failed', conditions: [{ type: 'Released', status: 'False' }] })).to.equal(
      false,
    );
  });
});

describe('an heir of a release', () => {
  const heir = claimant('heir', '2026-01-02T00:00:00Z');

  it('is one that stays, of whatever namespace', () => {
    expect(mayInherit(heir, 'team/web')).to.equal(true);
    expect(mayInherit(heir, 'elsewhere/web')).to.equal(true);
    expect(mayInherit({ ...heir, deleting: true }, 'team/web')).to.equal(false);
  });

  it('is none of another namespace that has proved no rights to it', () => {
    expect(mayInherit({ ...heir, proved: false }, 'elsewhere/web')).to.equal(false);
    expect(mayInherit({ ...heir, proved: false }, 'team/web')).to.equal(true);
  });
});
