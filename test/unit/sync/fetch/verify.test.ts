import { expect } from 'chai';
import { beforeEach, describe, it } from 'mocha';
import { ChartUnavailableError } from '../../../../src/api/errors.ts';
import type { VerifySettings } from '../../../../src/api/gitsync/settings.ts';
import type { CommitObject } from '../../../../src/git/commit-object.ts';
import type { Signature } from '../../../../src/git/signature.ts';
import type { TagObject } from '../../../../src/git/tag-object.ts';
import type { NamedTag } from '../../../../src/sync/fetch/find-revision.ts';
import type { Verdict, VerifySignature } from '../../../../src/sync/fetch/signed-object.ts';
import { createVerify, type Verify } from '../../../../src/sync/fetch/verify.ts';
import { never } from '../act/support.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const TAG = 'fedcba9876543210fedcba9876543210fedcba98';
const NAMED: NamedTag = { name: 'v1', object: TAG };
const ADA = Buffer.from('ssh-ed25519 AAAA ada').toString('base64');
const SSH: Signature = { kind: 'ssh', text: '-----BEGIN SSH SIGNATURE-----\n' };
const who = { name: 'Ada', email: '', time: '2026-01-01T00:00:00Z' };
const remote = { url: 'https://example.com/a.git', scope: '' };
const good: Verdict = { kind: 'good', by: 'ada' };

describe('whether a commit is signed', () => {
  let commit: CommitObject;
  let tag: TagObject;
  let data: Record<string, string> | undefined;
  let verdict: Verdict;
  /** What was given to the checks of signatures. */
  let checked: string[];
  let verify: Verify;

  const noted =
    (kind: string): VerifySignature =>
    (object, _keys, { good: when }) => {
      checked.push(`${kind} ${object.signed.toString()} ${when}`);
      return Promise.resolve(verdict);
    };

  beforeEach(() => {
    commit = {
      ...{ author: who, committer: who, subject: 'x', parents: [], signed: Buffer.from('commit') },
      signature: SSH,
    };
    tag = {
      ...{ object: COMMIT, type: 'commit', name: 'v1', tagger: who, signed: Buffer.from('tag') },
      signature: { kind: 'openpgp', text: '-----BEGIN PGP SIGNATURE-----\n' },
    };
    data = { 'ada.pub': ADA };
    verdict = good;
    checked = [];
    verify = createVerify({
      git: { commit: () => Promise.resolve(commit), tag: () => Promise.resolve(tag) },
      readSecret: () =>
        Promise.resolve(
          data && {
            apiVersion: 'v1',
            kind: 'Secret',
            metadata: { name: 'signers', namespace: 'team' },
            data,
          },
        ),
      openpgp: noted('openpgp'),
      ssh: noted('ssh'),
    });
  });

  async function ask(
    mode: VerifySettings['mode'] = 'Commit',
    { named = NAMED, isApplied = false, id = COMMIT } = {},
  ): ReturnType<Verify> {
    const secretRef = { namespace: 'team', name: 'signers' };
    const revision = { commit: id, shown: `v1@sha1:${id}`, insecure: false, tag: named };
    return await verify(
      { verify: { mode, secretRef } },
      { remote, revision },
      { isApplied, signal: never() },
    );
  }
  async function why(...args: Parameters<typeof ask>): Promise<string> {
    const found = await ask(...args);
    return found.kind === 'refused' ? found.why : expect.fail(found.kind);
  }

  it('is not asked without spec.verify', async () => {
    const source = { remote, revision: { commit: COMMIT, shown: '', insecure: false } };
    expect(await verify({ verify: undefined }, source, { isApplied: false, signal: never() })).to.deep.equal({
      kind: 'not-asked',
    });
  });

  it('is checked by what it is signed with, for the mode', async () => {
    expect(await ask('Commit')).to.deep.equal(good);
    expect(await ask('Tag')).to.deep.equal(good);
    expect(await ask('TagAndCommit')).to.deep.equal(good);
    expect(checked).to.deep.equal(['ssh commit now', 'openpgp tag now', 'openpgp tag now', 'ssh commit now']);
  });

  it('is checked once for a commit and the keys of a Secret', async () => {
    for (let pass = 0; pass < 10; pass += 1) await ask();
    expect(checked).to.have.lengthOf(1);

    data = { 'ada.pub': ADA, note: 'eA==' };
    await ask();
    expect(checked).to.have.lengthOf(1);

    data = { 'bob.pub': ADA };
    await ask();
    expect(checked).to.have.lengthOf(2);

    await ask('Commit', { id: TAG });
    expect(checked).to.have.lengthOf(3);
  });

  it('is checked once where it is refused, too', async () => {
    verdict = { kind: 'refused', why: 'is signed by Eve' };
    for (let pass = 0; pass < 10; pass += 1) {
      expect(await why()).to.equal('commit 0123456789ab is signed by Eve');
    }
    expect(checked).to.have.lengthOf(1);
  });

  it('does not ask whether a key has expired since it was applied', async () => {
    await ask('Commit', { isApplied: true });
    expect(checked).to.deep.equal(['ssh commit then']);
  });

  it('needs both of TagAndCommit', async () => {
    const { signature: _, ...unsigned } = commit;
    commit = unsigned;
    expect(await why('TagAndCommit')).to.contain('commit 0123456789ab is not signed');
    tag = { ...tag, signature: { kind: 'several' } };
    expect(await why('TagAndCommit', { id: COMMIT, isApplied: true })).to.contain(
      'tag v1 has more than one signature',
    );
  });

  it('tells both who signed, if they are two', async () => {
    const by =
      (name: string): VerifySignature =>
      () =>
        Promise.resolve({ kind: 'good', by: name });
    const git = { commit: () => Promise.resolve(commit), tag: () => Promise.resolve(tag) };
    const readSecret = () =>
      Promise.resolve({ apiVersion: 'v1', kind: 'Secret', metadata: { name: '' }, data: data ?? {} });
    verify = createVerify({ git, readSecret, openpgp: by('Ada'), ssh: by('Bob') });

    expect(await ask('TagAndCommit')).to.deep.equal({ kind: 'good', by: 'Ada; the commit Bob' });
  });

  const unsuitable: readonly (readonly [string, Signature | undefined, string])[] = [
    ['no signature', undefined, 'is not signed: push a new commit that is, made by `git commit -S`'],
    ['two signatures', { kind: 'several' }, 'has more than one signature'],
    ['something else', { kind: 'unknown' }, 'has a signature of a kind that nobody knows'],
    [
      'a certificate',
      { kind: 'x509', text: 'x' },
      'is signed with an X.509 certificate, which is not supported',
    ],
    [
      'a huge one',
      { kind: 'ssh', text: 'x'.repeat(20_001) },
      'has a signature that is larger than any key makes it',
    ],
  ];
  for (const [what, signature, sentence] of unsuitable) {
    it(`with ${what} is refused, and nothing is run for it`, async () => {
      const { signature: _, ...unsigned } = commit;
      commit = signature === undefined ? unsigned : { ...unsigned, signature };

      expect(await why()).to.contain(`commit 0123456789ab ${sentence}`);
      expect(checked).to.deep.equal([]);
    });
  }

  describe('by a tag', () => {
    const rows: readonly (readonly [string, () => NamedTag, string])[] = [
      ['that is only a name', () => ({ name: 'v1' }), 'tag v1 is a name for a commit and no more'],
      ['made with another name', () => ({ name: 'v2', object: TAG }), 'tag v2 was made with the name "v1"'],
      [
        'with control characters in its name',
        () => {
          tag = { ...tag, name: 'v1\u001b[2J\u202e\nv3' };
          return { name: 'v1', object: TAG };
        },
        'was made with the name "v1 [2J v3"',
      ],
      [
        'of another tag',
        () => {
          tag = { ...tag, type: 'tag' };
          return { name: 'v1', object: TAG };
        },
        'tag v1 is not of commit 0123456789ab itself',
      ],
      [
        'of another commit',
        () => {
          tag = { ...tag, object: TAG };
          return { name: 'v1', object: TAG };
        },
        'tag v1 is not of commit 0123456789ab itself',
      ],
    ];
    for (const [what, change, sentence] of rows) {
      it(`${what} is refused`, async () => {
        expect(await why('Tag', { named: change() })).to.contain(sentence);
        expect(checked).to.deep.equal([]);
      });
    }
  });

  it('is refused while there is no Secret, or no key in it, and looked at again at once when there is', async () => {
    data = undefined;
    expect(await why()).to.contain('Secret team/signers of spec.verify.secretRef does not exist: create it');
    data = { identity: 'eA==' };
    expect(await why()).to.contain('holds no key that a signature could be checked with');
    data = { 'ada.pub': ADA };
    expect(await ask()).to.deep.equal(good);
  });

  it('is not known, and not refused, while the repository is away', async () => {
    const away = new ChartUnavailableError('no route to example.com');
    const git = { commit: () => Promise.reject(away), tag: () => Promise.reject(away) };
    const readSecret = () =>
      Promise.resolve({ apiVersion: 'v1', kind: 'Secret', metadata: { name: '' }, data: data ?? {} });
    verify = createVerify({ git, readSecret, openpgp: noted('openpgp'), ssh: noted('ssh') });

    expect(await ask().catch((caught: unknown) => caught)).to.equal(away);
  });
});
