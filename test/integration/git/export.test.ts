import { expect } from 'chai';
import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { git as setUp, type FileChange } from '../../../hack/testenv/git-repos.ts';
import { bounded, type Harness, limits, messageOf, never, startHarness } from './harness.ts';

describe('exporting a path of a commit', () => {
  let h: Harness;
  let into: string;

  beforeEach(async () => {
    h = await startHarness();
    into = join(h.dir, 'out');
    await mkdir(into);
  });
  afterEach(() => h.stop());

  const commit = (files: Record<string, FileChange>): Promise<string> => h.server.commit('app', files);

  /** Every entry below `into`, with its content; links would show as such. */
  async function written(): Promise<Record<string, string>> {
    const entries = await readdir(into, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => !entry.isDirectory());
    const pairs = files.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      const content = (await lstat(path)).isFile() ? await readFile(path, 'utf8') : 'not a file';
      return [path.slice(into.length + 1), content] as const;
    });
    return Object.fromEntries(await Promise.all(pairs));
  }

  it('writes its files and nothing else of the repository', async () => {
    const id = await commit({
      'charts/web/Chart.yaml': 'name: web\n',
      'charts/web/templates/a b ä.yaml': '{{ .Values.a }}\r\n',
      'charts/web/run.sh': { run: '#!/bin/sh\n' },
      'charts/web/empty': '',
      'charts/web/.gitattributes': '* text eol=crlf\n*.yaml filter=evil export-ignore\n',
      'charts/other/Chart.yaml': 'name: other\n',
      'README.md': 'top\n',
    });

    const exported = await h.git.export(h.remote, id, '/charts//web/', into, bounded);

    expect(await written()).to.deep.equal({
      'Chart.yaml': 'name: web\n',
      'templates/a b ä.yaml': '{{ .Values.a }}\r\n',
      'run.sh': '#!/bin/sh\n',
      empty: '',
      '.gitattributes': '* text eol=crlf\n*.yaml filter=evil export-ignore\n',
    });
    expect((await lstat(join(into, 'run.sh'))).mode & 0o111).to.equal(0o111);
    expect(exported).to.deep.equal({
      tree: (await setUp(['rev-parse', `${id}:charts/web`], join(h.dir, 'repositories', 'app.git'))).trim(),
      linked: [],
      files: 5,
      bytes: 86,
    });
  });

  it('writes the whole repository for its root', async () => {
    const id = await commit({ 'Chart.yaml': 'name: web\n', 'templates/x.yaml': 'x\n' });

    await h.git.export(h.remote, id, '.', into, bounded);

    expect(await written()).to.deep.equal({ 'Chart.yaml': 'name: web\n', 'templates/x.yaml': 'x\n' });
  });

  it('writes more than is held in memory at once', async () => {
    const files = Array.from(
      { length: 30 },
      (_, at) => [`c/${String(at)}`, Buffer.alloc(1_000_000, at)] as const,
    );
    const id = await commit(Object.fromEntries(files));

    await h.git.export(h.remote, id, 'c', into, { signal: never, limits: { ...limits, bytes: 1e8 } });

    for (const [path, content] of files)
      expect((await readFile(join(into, path.slice(2)))).equals(content)).to.equal(true);
  });

  describe('with links inside the repository', () => {
    it('writes copies of what they lead to, and names that', async () => {
      const id = await commit({
        'shared/helpers.tpl': 'shared\n',
        'shared/lib/one.yaml': '1\n',
        'shared/lib/two.yaml': { link: '../helpers.tpl' },
        'charts/web/Chart.yaml': 'name: web\n',
        'charts/web/templates/_helpers.tpl': { link: '../../../shared/helpers.tpl' },
        'charts/web/lib': { link: '../../shared/lib' },
        'charts/web/again.yaml': { link: 'lib/one.yaml' },
        'charts/latest': { link: 'web' },
      });

      const exported = await h.git.export(h.remote, id, 'charts/latest', into, bounded);

      const repository = join(h.dir, 'repositories', 'app.git');
      const ids = await setUp(
        ['rev-parse', `${id}:shared/lib/one.yaml`, `${id}:shared/lib`, `${id}:shared/helpers.tpl`],
        repository,
      );
      const [one, lib, helpers] = ids.trim().split('\n');
      expect(await written()).to.deep.equal({
        'Chart.yaml': 'name: web\n',
        'templates/_helpers.tpl': 'shared\n',
        'lib/one.yaml': '1\n',
        'lib/two.yaml': 'shared\n',
        'again.yaml': '1\n',
      });
      expect(exported.linked).to.deep.equal([one, lib, helpers, helpers]);
    });

    it('has another identity when what they lead to changes, though the tree stays the same', async () => {
      const before = await commit({
        'shared.tpl': 'one\n',
        'web/Chart.yaml': 'name: web\n',
        'web/shared.tpl': { link: '../shared.tpl' },
      });
      const unrelated = await commit({ 'README.md': 'x\n' });
      const after = await commit({ 'shared.tpl': 'two\n' });

      const [a, b, c] = await Promise.all(
        [before, unrelated, after].map((id) => h.git.identityOf(h.remote, id, 'web', bounded)),
      );

      expect(b).to.deep.equal(a);
      expect(c?.tree).to.equal(a?.tree);
      expect(c?.linked).not.to.deep.equal(a?.linked);
    });
  });

  describe('refuses a link', () => {
    const rows: readonly { name: string; files: Record<string, FileChange>; says: string }[] = [
      {
        name: 'to an absolute path',
        files: { 'web/token': { link: '/var/run/secrets/kubernetes.io/serviceaccount/token' } },
        says: `the link 'token' in the folder 'web' of commit COMMIT of repository URL leads out of the repository (/var/run/secrets/kubernetes.io/serviceaccount/token): put a copy of the file in its place`,
      },
      {
        name: 'to a path above the root',
        files: { 'web/values.yaml': { link: '../../../etc/passwd' } },
        says: `the link 'values.yaml' in the folder 'web' of commit COMMIT of repository URL leads out of the repository (../../etc/passwd): put a copy of the file in its place`,
      },
      {
        name: 'to a path above the root by way of another link',
        files: { 'web/a': { link: '../b/passwd' }, b: { link: '/etc' } },
        says: `the link 'a' in the folder 'web' of commit COMMIT of repository URL leads out of the repository (/etc): put a copy of the file in its place`,
      },
      {
        name: 'that lies in a folder which a link leads to',
        files: { 'web/lib': { link: '../lib' }, 'lib/x': { link: '/etc/passwd' } },
        says: `the link 'lib/x' in the folder 'web' of commit COMMIT of repository URL leads out of the repository (/etc/passwd): put a copy of the file in its place`,
      },
      {
        name: 'to itself by way of another',
        files: { 'web/a': { link: 'b' }, 'web/b': { link: 'a' } },
        says: `the link 'a' in the folder 'web' of commit COMMIT of repository URL leads to itself: remove it`,
      },
      {
        name: 'to a folder that it lies in',
        files: { 'web/x': 'x', 'web/templates/up': { link: '..' } },
        says: `the link 'templates/up' in the folder 'web' of commit COMMIT of repository URL leads to a folder that it lies in: remove it`,
      },
      {
        name: 'to a folder above, which would hold it again',
        files: { 'web/x': 'x', 'web/up': { link: '..' } },
        says: `the link 'up/web/up' in the folder 'web' of commit COMMIT of repository URL leads to a folder that it lies in: remove it`,
      },
      {
        name: 'to nothing',
        files: { 'web/gone': { link: '../nowhere' } },
        says: `the link 'gone' in the folder 'web' of commit COMMIT of repository URL leads to nothing in the repository: remove it or correct its target`,
      },
      {
        name: 'into a submodule',
        files: { 'web/gone': { link: '../sub/file' }, sub: { submodule: 'a'.repeat(40) } },
        says: `the link 'gone' in the folder 'web' of commit COMMIT of repository URL leads to nothing in the repository: remove it or correct its target`,
      },
    ];
    for (const { name, files, says } of rows) {
      it(name, async () => {
        const id = await commit({ 'web/Chart.yaml': 'name: web\n', ...files });

        const message = await messageOf(h.git.export(h.remote, id, 'web', into, bounded));

        expect(message).to.equal(says.replace('COMMIT', id.slice(0, 12)).replace('URL', h.remote.url));
        expect(await written()).to.deep.equal({});
      });
    }
  });

  describe('refuses too much', () => {
    const rows = [
      {
        name: 'a large file',
        limits: { ...limits, fileBytes: 999 },
        says: /holds the file 'big' of 1000 bytes, and a file may have 999 bytes/,
      },
      { name: 'many bytes', limits: { ...limits, bytes: 1_500 }, says: /holds more than 1500 bytes/ },
      { name: 'many files', limits: { ...limits, files: 2 }, says: /holds more than 2 files/ },
    ];
    for (const row of rows) {
      it(`: ${row.name}`, async () => {
        const id = await commit({
          'web/big': 'x'.repeat(1_000),
          'web/two': 'y'.repeat(600),
          'web/three': '',
        });

        const message = await messageOf(
          h.git.export(h.remote, id, 'web', into, { limits: row.limits, signal: never }),
        );

        expect(message).to.match(row.says).and.to.contain("the folder 'web'");
        expect(await written()).to.deep.equal({});
      });
    }

    it(': links that double what they lead to', async () => {
      const files: Record<string, FileChange> = { 'l20/.gitkeep': '' };
      for (let at = 0; at < 20; at += 1) {
        for (const name of ['a', 'b']) files[`l${at}/${name}`] = { link: `../l${at + 1}` };
      }
      const id = await commit(files);

      const message = await messageOf(h.git.export(h.remote, id, 'l0', into, bounded));

      expect(message).to.contain('is one of more than 100 links to folders');
    }).timeout(30_000);
  });

  describe('says what is wrong with a path', () => {
    let id: string;
    beforeEach(async () => {
      id = await commit({
        'charts/podinfo/Chart.yaml': 'name: podinfo\n',
        'charts/podinfo/charts/redis/Chart.yaml': 'name: redis\n',
        'charts/backend/Chart.yaml': 'name: backend\n',
        sub: { submodule: 'a'.repeat(40) },
        out: { link: '/srv/charts' },
        round: { link: 'round' },
      });
    });

    const rows = [
      {
        path: 'charts/pod-info',
        says: "the path 'charts/pod-info' does not exist in AT: did you mean 'charts/podinfo'?",
      },
      { path: 'podinfo', says: "the path 'podinfo' does not exist in AT: did you mean 'charts/podinfo'?" },
      {
        path: 'deploy',
        says: "the path 'deploy' does not exist in AT: its charts are in 'charts/backend', 'charts/podinfo'",
      },
      {
        path: 'charts/podinfo/Chart.yaml',
        says: "the path 'charts/podinfo/Chart.yaml' in AT is a file and not a folder: did you mean the folder 'charts/podinfo'?",
      },
      {
        path: 'sub/chart',
        says: "the path 'sub/chart' in AT lies in a submodule, which is not fetched: name the submodule's own repository",
      },
      { path: 'out/web', says: "the path 'out/web' in AT is a link that leads out of the repository" },
      { path: 'round', says: "the path 'round' in AT is a link that leads to itself" },
    ];
    for (const { path, says } of rows) {
      it(path, async () => {
        const at = `commit ${id.slice(0, 12)} of repository ${h.remote.url}`;

        expect(await messageOf(h.git.treeOf(h.remote, id, path, never))).to.equal(says.replace('AT', at));
      });
    }

    it('in a repository without charts', async () => {
      const empty = await h.server.commit('app', {
        'charts/podinfo': { removed: true },
        'charts/backend': { removed: true },
      });

      expect(await messageOf(h.git.treeOf(h.remote, empty, 'charts', never))).to.contain(
        'no folder of it holds a Chart.yaml',
      );
    });
  });

  it('writes into a folder of its own only: what is there is not overwritten', async () => {
    const id = await commit({ 'web/Chart.yaml': 'name: web\n' });
    await writeFile(join(into, 'Chart.yaml'), 'mine\n');

    await messageOf(h.git.export(h.remote, id, 'web', into, bounded));

    expect(await readFile(join(into, 'Chart.yaml'), 'utf8')).to.equal('mine\n');
  });
});
