import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { WantedRef } from '../../../../src/api/gitsync/settings.ts';
import { findRevision, type NamedTag, type Revision } from '../../../../src/sync/fetch/find-revision.ts';
import { never } from '../act/support.ts';

const TAG = 'fedcba9876543210fedcba9876543210fedcba98';
const COMMIT = '0123456789abcdef0123456789abcdef01234567';

function find(
  ref: WantedRef,
  tags: readonly string[] = [],
  { branch = ['trunk'] as readonly string[], commit = COMMIT } = {},
): { readonly asked: string[]; readonly found: Promise<Revision> } {
  const asked: string[] = [];
  const refs = { head: commit, defaultBranch: branch[0], heads: new Map(), insecure: false };
  const tagObjects = new Map([['v1.10.0', TAG]]);
  const git = {
    refs: () => Promise.resolve({ ...refs, tags: new Map(tags.map((tag) => [tag, commit])), tagObjects }),
    resolve: (_remote: object, name: string) => {
      asked.push(name);
      return Promise.resolve({ commit, insecure: false });
    },
  };
  const remote = { url: 'https://example.com/a.git', scope: '' };
  return { asked, found: findRevision(git, remote, ref, { maxAgeMs: 0, signal: never() }) };
}

const cases: readonly (readonly [WantedRef, string, string, NamedTag?])[] = [
  [{ kind: 'default' }, '', `trunk@sha1:${COMMIT}`],
  [{ kind: 'branch', value: 'v1' }, 'refs/heads/v1', `v1@sha1:${COMMIT}`],
  [{ kind: 'tag', value: 'v1' }, 'refs/tags/v1', `v1@sha1:${COMMIT}`, { name: 'v1' }],
  [
    { kind: 'semver', value: '^1.0' },
    'refs/tags/v1.10.0',
    `v1.10.0@sha1:${COMMIT}`,
    { name: 'v1.10.0', object: TAG },
  ],
  [{ kind: 'commit', value: COMMIT }, COMMIT, `sha1:${COMMIT}`],
];

describe('the commit that a GitSync means', () => {
  for (const [ref, asked, shown, tag] of cases) {
    it(`is that of its ${ref.kind}`, async () => {
      const search = find(ref, ['v1.9.0', 'v1.10.0', 'v2.0.0', 'v1.11.0-rc.1', 'latest']);

      expect(await search.found).to.deep.equal({
        ...{ commit: COMMIT, insecure: false, shown },
        ...(tag === undefined ? {} : { tag }),
      });
      expect(search.asked).to.deep.equal([asked]);
    });
  }

  it('has a name when the server tells none, and longer ids are named as such', async () => {
    const commit = 'a'.repeat(64);
    const { found } = find({ kind: 'default' }, [], { branch: [], commit });
    expect((await found).shown).to.equal(`HEAD@sha256:${commit}`);
  });

  const refusals = [
    ['^3', ['v1.0.0', 'v2.0.0'], 'no tag is a version in "^3": the newest are v2.0.0, v1.0.0'],
    ['^3', ['latest'], 'the repository has no tag that is a version'],
    ['newest!', ['v1.0.0'], 'spec.ref.semver "newest!" is no range of versions'],
  ] as const;
  for (const [value, tags, sentence] of refusals) {
    it(`is told not to be there: ${sentence}`, async () => {
      const failure = await find({ kind: 'semver', value }, tags).found.catch((caught: unknown) => caught);
      expect(String(failure)).to.contain(sentence);
    });
  }

  for (const ref of [{ kind: 'default' }, { kind: 'semver', value: '*' }] as const) {
    it(`is asked for once when it has to be new, although two things are read of it: ${ref.kind}`, async () => {
      const ages: number[] = [];
      const tags = new Map([['v1.0.0', COMMIT]]);
      const refs = {
        head: COMMIT,
        defaultBranch: 'main',
        heads: new Map(),
        tags,
        tagObjects: new Map(),
        insecure: false,
      };
      const noted = <T>(answer: T, maxAgeMs: number): Promise<T> => {
        ages.push(maxAgeMs);
        return Promise.resolve(answer);
      };
      const git: Parameters<typeof findRevision>[0] = {
        refs: (_remote, { maxAgeMs }) => noted(refs, maxAgeMs),
        resolve: (_remote, _name, { maxAgeMs }) => noted({ commit: COMMIT, insecure: false }, maxAgeMs),
      };

      await findRevision(git, { url: 'https://example.com/a.git', scope: '' }, ref, {
        maxAgeMs: 0,
        signal: never(),
      });

      expect(ages).to.deep.equal([0, Number.POSITIVE_INFINITY]);
    });
  }
});
