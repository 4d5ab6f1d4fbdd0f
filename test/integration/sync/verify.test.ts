import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { git as setUp } from '../../../hack/testenv/git-repos.ts';
import type { VerifySettings, WantedRef } from '../../../src/api/gitsync/settings.ts';
import { createRun } from '../../../src/process/run.ts';
import { openWorkDir, type WorkDir } from '../../../src/process/work-dir.ts';
import { findRevision } from '../../../src/sync/fetch/find-revision.ts';
import { createVerify, type Verify } from '../../../src/sync/fetch/verify.ts';
import { createVerifyOpenpgp } from '../../../src/sync/fetch/verify-openpgp.ts';
import { createVerifySsh } from '../../../src/sync/fetch/verify-ssh.ts';
import { systemClock } from '../../../src/telemetry/clock.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { openPgpSignature, openPgpSigner } from '../../support/openpgp-signer.ts';
import {
  type Sign,
  signCommit,
  signTag,
  type SshSigner,
  sshSigner,
  withSignature,
  write,
} from '../../support/signed-git.ts';
import { secretData } from '../../support/trusted-keys.ts';
import { type Harness, never, now, startHarness } from '../git/harness.ts';

const MAIN: WantedRef = { kind: 'branch', value: 'main' };

describe('the signature of what a GitSync means', function () {
  this.timeout(30_000);
  let h: Harness;
  let workDir: WorkDir;
  let repo: string;
  let ada: SshSigner;
  let eve: SshSigner;
  let files: Record<string, string>;
  let verify: Verify;
  let processes: string[];

  beforeEach(async () => {
    h = await startHarness();
    repo = join(h.dir, 'repositories', 'app.git');
    [ada, eve] = await Promise.all([sshSigner(h.dir, 'ada'), sshSigner(h.dir, 'eve')]);
    files = { 'ada.pub': ada.publicKey };
    workDir = await openWorkDir(join(h.dir, 'verify'), { log: silentLogger });
    const run = createRun({ owner: workDir.path });
    processes = [];
    verify = createVerify({
      git: h.git,
      readSecret: () =>
        Promise.resolve({
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'signers' },
          data: secretData(files),
        }),
      openpgp: createVerifyOpenpgp({ clock: systemClock }),
      ssh: createVerifySsh({
        run: (file, args, options) => {
          processes.push(`${file} ${args[1] ?? ''}`);
          return run(file, args, options);
        },
        workDir,
        searchPath: process.env['PATH'] ?? '',
      }),
    });
  });
  afterEach(async () => {
    await workDir.close();
    await h.stop();
  });

  const commit = (): Promise<string> => h.server.commit('app', { 'a.yaml': 'a: 1\n' });
  const signed = async (sign: Sign): Promise<string> => signCommit(repo, await commit(), sign);
  async function ask(
    ref = MAIN,
    mode: VerifySettings['mode'] = 'Commit',
    isApplied = false,
  ): ReturnType<Verify> {
    const revision = await findRevision(h.git, h.remote, ref, now);
    const settings = { verify: { mode, secretRef: { namespace: 'team', name: 'signers' } } };
    return await verify(settings, { remote: h.remote, revision }, { isApplied, signal: never });
  }
  async function why(...args: Parameters<typeof ask>): Promise<string> {
    const found = await ask(...args);
    return found.kind === 'refused' ? found.why : expect.fail(found.kind);
  }

  it('by SSH is good with a key of *.pub, and is asked of ssh-keygen once', async () => {
    await signed(ada.sign);

    for (let pass = 0; pass < 5; pass += 1) {
      const found = await ask();
      expect(found).to.have.property('kind', 'good');
      expect(found)
        .to.have.property('by')
        .that.matches(/^ada \(SSH SHA256:\S{43}\)$/);
    }
    expect(processes).to.deep.equal(['ssh-keygen find-principals', 'ssh-keygen verify']);
  });

  it('by SSH is good with a line of allowed_signers, whatever options that has', async () => {
    const [type = '', key = ''] = ada.publicKey.split(' ');
    files = {
      allowed_signers: [
        `bob@example.com ${eve.publicKey.trim()}`,
        `*@example.com namespaces="git,file",valid-after="20250101",valid-before="20990101" ${type} ${key} Ada`,
      ].join('\n'),
    };
    await signed(ada.sign);

    expect(await ask())
      .to.have.property('by')
      .that.matches(/^\*@example\.com \(SSH SHA256:/);
  });

  it('by SSH is refused with another key, for another purpose, and for another content', async () => {
    await signed(eve.sign);
    expect(await why()).to.match(
      /^commit \w{12} is signed with a key \(SSH SHA256:\S{43}\) that Secret team\/signers does not hold: sign it/,
    );

    await signed(ada.signFor('file'));
    expect(await why()).to.contain('has an SSH signature for "file" and not for "git"');

    const raw = await setUp(['cat-file', 'commit', await commit()], repo);
    const signature = await ada.sign(raw);
    const forged = await write(repo, 'commit', withSignature(raw.replace('a change', 'A change'), signature));
    await setUp(['update-ref', 'refs/heads/main', forged], repo);
    expect(await why()).to.contain('has a signature that does not fit what it holds (SSH SHA256:');
  });

  it('by SSH is refused with a key that has expired since, unless it was applied before', async () => {
    const line = (until: string): string => `ada@example.com valid-before="${until}" ${ada.publicKey}`;
    files = { allowed_signers: line('20260101') };
    await signed(ada.sign);
    expect(await why()).to.contain('that has expired in allowed_signers of Secret team/signers');

    const raw = await setUp(['cat-file', 'commit', 'main'], repo);
    const old = raw.slice(0, raw.indexOf('gpgsig')) + raw.slice(raw.indexOf('\n\n') + 1);
    const made = old.replaceAll(/> \d+ \+0000/g, '> 1750000000 +0000');
    const id = await write(repo, 'commit', withSignature(made, await ada.sign(made)));
    await setUp(['update-ref', 'refs/heads/main', id], repo);
    expect(await why()).to.contain('that has expired');
    expect(await ask(MAIN, 'Commit', true)).to.have.property('kind', 'good');
  });

  it('is refused of a commit without one, and of one with two', async () => {
    await commit();
    expect(await why()).to.match(
      /^commit \w{12} is not signed: push a new commit that is, made by `git commit -S`$/,
    );

    const raw = await setUp(['cat-file', 'commit', 'main'], repo);
    const twice = withSignature(withSignature(raw, await ada.sign(raw)), await ada.sign(raw));
    await setUp(['update-ref', 'refs/heads/main', await write(repo, 'commit', twice)], repo);
    expect(await why()).to.contain('has more than one signature');
    expect(processes).to.deep.equal([]);
  });

  it('of thousands of lines is refused, and nothing is run for it', async () => {
    const raw = await setUp(['cat-file', 'commit', await commit()], repo);
    const huge = `-----BEGIN SSH SIGNATURE-----\n${`${'A'.repeat(70)}\n`.repeat(5_000)}-----END SSH SIGNATURE-----`;
    await setUp(
      ['update-ref', 'refs/heads/main', await write(repo, 'commit', withSignature(raw, huge))],
      repo,
    );

    expect(await why()).to.contain('has a signature that is larger than any key makes it');
    expect(processes).to.deep.equal([]);
  });

  it('by OpenPGP is good with a key of *.asc, and refused with another', async () => {
    const carol = await openPgpSigner('Carol');
    await signed((payload) => openPgpSignature(payload, carol.key));
    expect(await why()).to.contain('that Secret team/signers does not hold');

    files = { ...files, 'carol.asc': carol.publicKey };
    expect(await ask())
      .to.have.property('by')
      .that.matches(/^Carol <carol@example\.com> \(OpenPGP [0-9A-F]{40}\)$/);
  });

  it('of a tag is good with one that is signed, of a range of versions too', async () => {
    const object = await commit();
    await signTag(repo, { name: 'v1.0.0', object }, ada.sign);

    expect(await ask({ kind: 'tag', value: 'v1.0.0' }, 'Tag')).to.have.property('kind', 'good');
    expect(await ask({ kind: 'semver', value: '^1' }, 'Tag')).to.have.property('kind', 'good');
    expect(await why({ kind: 'tag', value: 'v1.0.0' }, 'TagAndCommit')).to.match(
      /^commit \w{12} is not signed/,
    );
  });

  it('of a tag is refused under another name, of a tag of a tag, and of what is only a name', async () => {
    const object = await commit();
    const tag = await signTag(repo, { name: 'v1.0.0', under: 'v2.0.0', object }, ada.sign);
    expect(await why({ kind: 'semver', value: '>=1' }, 'Tag')).to.contain(
      'tag v2.0.0 was made with the name "v1.0.0"',
    );

    await signTag(repo, { name: 'v3.0.0', object: tag, type: 'tag' }, ada.sign);
    expect(await why({ kind: 'tag', value: 'v3.0.0' }, 'Tag')).to.contain('tag v3.0.0 is not of commit');

    await setUp(['update-ref', 'refs/tags/v4', object], repo);
    expect(await why({ kind: 'tag', value: 'v4' }, 'Tag')).to.contain(
      'tag v4 is a name for a commit and no more',
    );
    expect(processes).to.deep.equal([]);
  });

  it('of a tag is read from a server that hands out no single old commit, when the whole history is there already', async () => {
    const old = await commit();
    const object = await signed(ada.sign);
    await signTag(repo, { name: 'v1', object }, ada.sign);
    h.server.fail({ kind: 'version0' });
    await h.git.commit(h.remote, old, never);

    expect(await ask({ kind: 'tag', value: 'v1' }, 'TagAndCommit')).to.have.property('kind', 'good');
  });

  it('is not known, and refused for nothing, while ssh-keygen does not run', async () => {
    await signed(ada.sign);
    const broken = createVerify({
      git: h.git,
      readSecret: () =>
        Promise.resolve({
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: '' },
          data: secretData(files),
        }),
      openpgp: createVerifyOpenpgp({ clock: systemClock }),
      ssh: createVerifySsh({ run: createRun({ owner: workDir.path }), workDir, searchPath: '/nowhere' }),
    });
    const revision = await findRevision(h.git, h.remote, MAIN, now);
    const settings = {
      verify: { mode: 'Commit', secretRef: { namespace: 'team', name: 'signers' } },
    } as const;
    const failure = await broken(
      settings,
      { remote: h.remote, revision },
      { isApplied: false, signal: never },
    ).catch(String);

    expect(failure).to.contain('SSH signatures cannot be checked, because ssh-keygen does not run');
  });

  it('leaves no file behind', async () => {
    await signed(ada.sign);
    await ask();
    expect(await readdir(workDir.path)).to.deep.equal([]);
  });
});
