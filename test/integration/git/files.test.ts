import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { type FileChange, git as setUp } from '../../../hack/testenv/git-repos.ts';
import type { CommitObject } from '../../../src/git/commit-object.ts';
import type { CommitFile } from '../../../src/git/files.ts';
import { makeKey } from '../../support/sshd.ts';
import { type Harness, messageOf, never, startHarness } from './harness.ts';

/** What ssh-keygen says of the signature of a commit. */
async function verify(dir: string, publicLine: string, commit: CommitObject): Promise<string> {
  const [signers, signature] = [join(dir, 'signers'), join(dir, 'signature')];
  await writeFile(signers, `a@x ${publicLine}`);
  await writeFile(
    signature,
    commit.signature !== undefined && 'text' in commit.signature ? commit.signature.text : '',
  );
  const args = ['-Y', 'verify', '-n', 'git', '-I', 'a@x', '-f', signers, '-s', signature];
  return spawnSync('ssh-keygen', args, { input: commit.signed, encoding: 'utf8' }).stdout;
}

describe('the files of a commit', () => {
  let h: Harness;
  beforeEach(async () => {
    h = await startHarness();
  });
  afterEach(() => h.stop());

  const repository = (): string => join(h.dir, 'repositories', 'app.git');
  const commitOf = (files: Record<string, FileChange>): Promise<string> => h.server.commit('app', files);
  const idOf = async (expression: string): Promise<string> =>
    (await setUp(['rev-parse', expression], repository())).trim();
  const files = (commit: string, path: string): Promise<readonly CommitFile[]> =>
    h.git.files(h.remote, commit, path, never);
  const where = (commit: string): string => `in commit ${commit.slice(0, 12)} of repository ${h.remote.url}`;

  async function contents(commit: string, listed: readonly CommitFile[]): Promise<Record<string, string>> {
    const read: Record<string, string> = {};
    for await (const { file, bytes } of h.git.read(h.remote, commit, listed, never))
      read[file.path] = bytes.toString('latin1');
    return read;
  }

  describe('below a folder', () => {
    it('are listed by their path from the root and read, with nothing written to disk', async () => {
      const id = await commitOf({
        'clusters/production/b.yaml': 'b: ä\r\n',
        'clusters/production/a/x y.json': '{}',
        'clusters/production/a.yaml': '',
        'clusters/production/run.sh': { run: '#!/bin/sh\n' },
        'clusters/test/b.yaml': 'no\n',
        'README.md': 'no\n',
      });
      const before = await readdir(join(h.dir, 'work'), { recursive: true });

      const listed = await files(id, '/clusters//production/');

      expect(listed.map(({ path, size }) => [path, size])).to.deep.equal([
        ['clusters/production/a.yaml', 0],
        ['clusters/production/a/x y.json', 2],
        ['clusters/production/b.yaml', 7],
        ['clusters/production/run.sh', 10],
      ]);
      expect(listed[2]?.blob).to.equal(await idOf(`${id}:clusters/production/b.yaml`));
      expect(await contents(id, listed)).to.deep.equal({
        'clusters/production/a.yaml': '',
        'clusters/production/a/x y.json': '{}',
        'clusters/production/b.yaml': Buffer.from('b: ä\r\n').toString('latin1'),
        'clusters/production/run.sh': '#!/bin/sh\n',
      });
      const after = await readdir(join(h.dir, 'work'), { recursive: true });
      const others = after.filter((path) => !before.includes(path) && !/\/repository-\w+(?:\/|$)/.test(path));
      expect(others).to.deep.equal([]);
      expect(h.ran('fetch')).to.equal(1);
    });

    it('are all of the repository for its root', async () => {
      const id = await commitOf({ 'a.yaml': 'a\n', 'b/c.yaml': 'c\n' });

      for (const root of ['', '.', '/'])
        expect((await files(id, root)).map(({ path }) => path)).to.deep.equal(['a.yaml', 'b/c.yaml']);
    });

    it('are found through links inside the repository', async () => {
      const id = await commitOf({
        'shared/one.yaml': '1\n',
        'shared/lib/two.yaml': '2\n',
        'clusters/production/one.yaml': { link: '../../shared/one.yaml' },
        'clusters/production/lib': { link: '../../shared/lib' },
        latest: { link: 'clusters/production' },
      });

      const listed = await files(id, 'latest');

      expect(await contents(id, listed)).to.deep.equal({
        'latest/lib/two.yaml': '2\n',
        'latest/one.yaml': '1\n',
      });
    });

    it('may be larger than is read, as long as nobody reads them', async () => {
      const id = await commitOf({ 'apps/film.bin': Buffer.alloc(5_100_000), 'apps/web.yaml': 'w\n' });

      const listed = await files(id, 'apps');

      expect(await contents(id, listed.slice(1))).to.deep.equal({ 'apps/web.yaml': 'w\n' });
      expect(await messageOf(contents(id, listed))).to.equal(
        `the file 'apps/film.bin' ${where(id)} has 5.1 MB, and one that is read may have 5 MB: make it smaller, or keep it apart from the manifests`,
      );
    });

    it('are read whole when they are more than is held at once', async () => {
      const all = Array.from(
        { length: 9 },
        (_, at) => [`a/${String(at)}`, Buffer.alloc(2_000_000, at)] as const,
      );
      const id = await commitOf(Object.fromEntries(all));

      const read = await contents(id, await files(id, 'a'));

      for (const [path, bytes] of all) expect(read[path] === bytes.toString('latin1'), path).to.equal(true);
      const batches = h.calls.filter(({ args }) => args.includes('--batch'));
      expect(batches).to.have.length(3);
    });

    const refused: readonly (readonly [name: string, files: Record<string, FileChange>, says: string])[] = [
      [
        'a link out of the repository',
        { 'apps/x.yaml': { link: '/etc/passwd' } },
        'leads out of the repository (/etc/passwd)',
      ],
      ['a link above its root', { 'apps/x.yaml': { link: '../../x' } }, 'leads out of the repository (../x)'],
      ['a link to nothing', { 'apps/x.yaml': { link: 'y' } }, 'leads to nothing in the repository'],
      [
        'a link to the folder it is in',
        { 'apps/x': { link: '../apps' } },
        'leads to a folder that it lies in',
      ],
    ];
    for (const [name, change, says] of refused) {
      it(`are refused for ${name}`, async () => {
        const id = await commitOf(change);

        expect(await messageOf(files(id, 'apps'))).to.contain(says);
      });
    }

    describe('that is not there', () => {
      it('are an error that names what may have been meant', async () => {
        const id = await commitOf({ 'clusters/production/a.yaml': 'a\n', 'base/Chart.yaml': 'name: x\n' });
        const wayOut = '; commit the folder, with a .gitkeep in it if it is to be empty, or change spec.path';

        expect(await messageOf(files(id, 'clusters/prodution'))).to.equal(
          `the path 'clusters/prodution' does not exist ${where(id)}: did you mean 'clusters/production'?${wayOut}`,
        );
        expect(await messageOf(files(id, 'clusters/x/y'))).to.equal(
          `the path 'clusters/x/y' does not exist ${where(id)}: 'clusters' has the folders 'clusters/production'${wayOut}`,
        );
      });

      it('are no error where a folder is kept by a file that is none of its own', async () => {
        const id = await commitOf({ 'apps/.gitkeep': '' });

        expect((await files(id, 'apps')).map(({ path }) => path)).to.deep.equal(['apps/.gitkeep']);
      });

      it('are an error too where a file is', async () => {
        const id = await commitOf({ 'apps/a.yaml': 'a\n' });

        expect(await messageOf(files(id, 'apps/a.yaml'))).to.equal(
          `the path 'apps/a.yaml' ${where(id)} is a file and not a folder: did you mean the folder 'apps'?`,
        );
      });

      it('are refused above the root', async () => {
        const id = await commitOf({ 'a.yaml': 'a\n' });

        expect(await messageOf(files(id, '../x'))).to.contain('leads out of the repository');
      });
    });
  });

  describe('looked up', () => {
    it('are told from folders and from nothing, with where they really are', async () => {
      const id = await commitOf({
        'base/app.yaml': 'a\n',
        'clusters/production/kustomization.yaml': 'k\n',
        'clusters/production/base': { link: '../../base' },
        latest: { link: 'clusters/production' },
        away: { link: '/etc' },
        above: { link: '../x' },
        dangling: { link: 'nothing' },
        loop: { link: 'loop' },
        module: { submodule: 'a'.repeat(40) },
      });
      const app = { kind: 'file', blob: await idOf(`${id}:base/app.yaml`), size: 2, path: 'base/app.yaml' };
      const base = { kind: 'folder', tree: await idOf(`${id}:base`), path: 'base' };
      const rows: readonly (readonly [path: string, found: object])[] = [
        ['base/app.yaml', app],
        ['./clusters/../base//app.yaml', app],
        ['clusters/production/base/app.yaml', app],
        ['latest/base/app.yaml', app],
        ['base/', base],
        ['latest/base', base],
        ['', { kind: 'folder', tree: await idOf(`${id}^{tree}`), path: '' }],
        ['.', { kind: 'folder', tree: await idOf(`${id}^{tree}`), path: '' }],
        ['base/none.yaml', { kind: 'missing' }],
        ['base/app.yaml/x', { kind: 'missing' }],
        ['dangling', { kind: 'missing' }],
        ['loop', { kind: 'missing' }],
        ['module', { kind: 'missing' }],
        ['module/x', { kind: 'missing' }],
        [`x\n${id}:base`, { kind: 'missing' }],
        ['away/passwd', { kind: 'escapes' }],
        ['above', { kind: 'escapes' }],
        ['../app.yaml', { kind: 'escapes' }],
        ['base/../../app.yaml', { kind: 'escapes' }],
        ['/base/app.yaml', { kind: 'escapes' }],
        ['base/app.yaml', app],
      ];

      const found = await h.git.lookup(
        h.remote,
        id,
        rows.map(([path]) => path),
        never,
      );

      for (const [at, [path, expected]] of rows.entries())
        expect(found[at], JSON.stringify(path)).to.deep.equal(expected);
      expect(found).to.have.length(rows.length);
    });

    it('list no whole repository where no link is on the way', async () => {
      const id = await commitOf({ 'a.yaml': 'a\n', other: { link: 'a.yaml' } });

      await h.git.lookup(h.remote, id, ['a.yaml', 'b.yaml'], never);

      expect(h.ran('ls-tree')).to.equal(0);
      expect(await h.git.lookup(h.remote, id, [], never)).to.deep.equal([]);
    });
  });

  describe('say which commit of a range has changed them', () => {
    it('from one download for all who ask, at once and later', async () => {
      const from = await commitOf({ 'a.yaml': '1\n' });
      const second = await commitOf({ 'a.yaml': '2\n' });
      const to = await commitOf({ 'b.yaml': '1\n' });
      const ask = (first = from): Promise<ReadonlyMap<string, string>> =>
        h.git.changes(h.remote, { from: first, to }, never);

      const answers = [...(await Promise.all(Array.from({ length: 20 }, () => ask()))), await ask()];

      for (const answer of answers) {
        expect(Object.fromEntries(answer)).to.deep.equal({ 'a.yaml': second, 'b.yaml': to });
      }
      expect(h.server.requests().fetch).to.equal(1);
      expect(Object.fromEntries(await ask(second))).to.deep.equal({ 'b.yaml': to });
    });
  });

  describe('come with the commit itself', () => {
    it('which says whose it is and what for', async () => {
      const first = await commitOf({ 'a.yaml': 'a\n' });
      const id = await h.server.commit('app', { 'a.yaml': 'b\n' }, { message: 'Ändere\ndas\n\nweil' });

      const commit = await h.git.commit(h.remote, id, never);

      const [author, time] = (await setUp(['log', '-1', '--format=%an <%ae>%n%at', id], repository())).split(
        '\n',
      );
      expect(`${commit.author.name} <${commit.author.email}>`).to.equal(author);
      expect(Date.parse(commit.author.time) / 1_000).to.equal(Number(time));
      expect([commit.subject, commit.parents]).to.deep.equal(['Ändere das', [first]]);
      expect(commit).not.to.have.property('signature');
    });

    it('which holds what its signature was made over', async () => {
      const parent = await commitOf({ 'a.yaml': 'a\n' });
      const { publicLine } = await makeKey(join(h.dir, 'signer'));
      const key = join(h.dir, 'signer');
      const signing = [
        '-c',
        'gpg.format=ssh',
        '-c',
        `user.signingKey=${key}`,
        '-c',
        'user.name=A',
        '-c',
        'user.email=a@x',
      ];
      const made = await setUp(
        [...signing, 'commit-tree', '-S', '-p', parent, '-m', 'signed\n', `${parent}^{tree}`],
        repository(),
      );
      await setUp(['update-ref', 'refs/heads/main', made.trim()], repository());

      const commit = await h.git.commit(h.remote, made.trim(), never);

      expect(commit.signature?.kind).to.equal('ssh');
      expect(commit.signed.toString()).not.to.contain('gpgsig');
      expect(await verify(h.dir, publicLine, commit)).to.contain('Good "git" signature');
    });

    it('unless it is none, or is too large', async () => {
      const id = await commitOf({ 'a.yaml': 'a\n' });
      const large = await h.server.commit('app', { 'a.yaml': 'b\n' }, { message: 'x'.repeat(1_100_000) });
      const read = (commit: string): Promise<unknown> => h.git.commit(h.remote, commit, never);

      expect(await messageOf(read(large))).to.contain('has 1.1 MB of headers and message, and may have 1 MB');
      expect(await messageOf(read('main'))).to.equal("'main' is not the full id of a commit");
      expect(await messageOf(read('0'.repeat(40)))).to.contain('has no commit');
      expect(await read(id)).to.have.property('subject', 'a change');
    });
  });
});
