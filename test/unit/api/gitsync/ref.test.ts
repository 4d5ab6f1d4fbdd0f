import { expect } from 'chai';
import { InvalidSpecError } from '../../../../src/api/errors.ts';
import type { GitSyncSpec } from '../../../../src/api/gitsync/git-sync.ts';
import { wantedRefOf, type WantedRef } from '../../../../src/api/gitsync/ref.ts';

const id = '0123456789abcdef0123456789abcdef01234567';

describe('wantedRefOf', () => {
  const rows: readonly (readonly [GitSyncSpec['ref'], WantedRef])[] = [
    [undefined, { kind: 'default' }],
    [{}, { kind: 'default' }],
    [{ branch: 'main' }, { kind: 'branch', value: 'main' }],
    [{ tag: 'v1' }, { kind: 'tag', value: 'v1' }],
    [{ semver: '^1.2.0' }, { kind: 'semver', value: '^1.2.0' }],
    [{ commit: id }, { kind: 'commit', value: id }],
    [{ commit: 'AB'.repeat(32) }, { kind: 'commit', value: 'ab'.repeat(32) }],
  ];
  for (const [ref, wanted] of rows) {
    it(`reads ${ref === undefined ? 'none' : JSON.stringify(ref)} as ${wanted.kind}`, () => {
      expect(wantedRefOf(ref)).to.deep.equal(wanted);
    });
  }

  it('refuses two at once, and names both', () => {
    expect(() => wantedRefOf({ tag: 'v1', commit: id })).to.throw(
      InvalidSpecError,
      'spec.ref names a tag and a commit, but of branch, tag, semver and commit only one can be followed: remove the others',
    );
  });

  for (const kind of ['branch', 'tag', 'semver', 'commit'] as const) {
    it(`refuses an empty ${kind}, which would be another thing than none`, () => {
      expect(() => wantedRefOf({ [kind]: '' })).to.throw(
        InvalidSpecError,
        `spec.ref.${kind} is an empty string: set it, or remove the field`,
      );
    });
  }

  for (const commit of ['main', id.slice(1), `${id}0`, `${id}\n`]) {
    it(`refuses ${JSON.stringify(commit)} as a commit`, () => {
      expect(() => wantedRefOf({ commit })).to.throw(
        InvalidSpecError,
        `spec.ref.commit is ${JSON.stringify(commit)}, but a commit is named by its full id`,
      );
    });
  }
});
