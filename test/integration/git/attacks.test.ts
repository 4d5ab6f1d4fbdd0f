import { expect } from 'chai';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { git as setUp } from '../../../hack/testenv/git-repos.ts';
import { bounded, type Harness, messageOf, never, now, startHarness } from './harness.ts';

describe('hostile input to git', () => {
  let h: Harness;
  let canary: string;

  beforeEach(async () => {
    h = await startHarness();
    canary = join(h.dir, 'canary');
    await mkdir(canary);
  });
  afterEach(() => h.stop());

  /** Whatever an attack runs leaves a file here. */
  async function nothingRan(): Promise<void> {
    expect(await readdir(canary)).to.deep.equal([]);
  }

  it('as a URL that is an option, a command or a place on our disk is refused before git is run', async () => {
    const touch = `touch ${canary}/ran`;
    const urls = [
      `--upload-pack=${touch};`,
      `-u${touch}`,
      `ext::sh -c "${touch}"`,
      `ext::${canary}`,
      `fd::17`,
      `file://${h.dir}/repositories/app.git`,
      `${h.dir}/repositories/app.git`,
      '../repositories/app.git',
      `ssh://-oProxyCommand=${canary}/x`,
      `ssh://git@-oProxyCommand=${canary}/x`,
      `ssh://-oProxyCommand=x@host/path`,
      `-oProxyCommand=x@host:path`,
      `git@-oProxyCommand=x:path`,
      'git@host:-oProxyCommand=x',
      'ssh://git@host;touch${IFS}x/path',
      'ssh://git@$(id)/path',
      'git@`id`:path',
      'https://host/path\n--upload-pack=x',
      'https://good.invalid\\@evil.invalid/x',
      'git://host/path',
      'ftp://host/path',
      'https:///path',
      '',
    ];

    for (const url of urls) {
      const message = await messageOf(h.git.resolve({ url, scope: '' }, 'main', now));
      expect(message, url).to.match(/^the (Git )?URL .*(is refused|is empty)/);
    }
    expect(h.calls).to.deep.equal([]);
    await nothingRan();
  });

  it('as a ref that is an option or a pattern reaches git in no form that it could read as one', async () => {
    await h.server.commit('app', { a: 'a' });
    const refs = [
      `--upload-pack=touch ${canary}/ran;`,
      '--exec=x',
      '-x',
      '*',
      'refs/heads/*',
      'main:refs/heads/evil',
      '+main',
      'a..b',
      '@{-1}',
      ':/a',
      'main\nevil',
      '../../config',
    ];

    for (const ref of refs) {
      const message = await messageOf(h.git.resolve(h.remote, ref, now));
      expect(message, ref).to.match(/is no name that Git allows|does not have the ref/);
    }
    const given = new Set(h.calls.flatMap(({ args }) => args));
    expect([...given].filter((arg) => refs.includes(arg))).to.deep.equal(['refs/heads/*']); // our own pattern
    await nothingRan();
  });

  it('as a path that leads out of the repository is refused', async () => {
    const id = await h.server.commit('app', { 'web/Chart.yaml': 'x' });

    for (const path of ['..', '../other', 'web/../../other', '/../x', 'a/../../..']) {
      expect(await messageOf(h.git.treeOf(h.remote, id, path, never)), path).to.contain(
        'leads out of the repository',
      );
    }
    expect(await messageOf(h.git.treeOf(h.remote, id, `web\n${id}:`, never))).to.contain('control character');
    expect(await h.git.treeOf(h.remote, id, 'other/../web', never)).to.equal(
      await h.git.treeOf(h.remote, id, 'web', never),
    );
  });

  it('as a commit that is no id is refused', async () => {
    await h.server.commit('app', { a: 'a' });

    for (const commit of ['--all', 'main', 'abc', `${'a'.repeat(40)}:b`]) {
      await messageOf(h.git.fetchCommit(h.remote, commit, never));
    }
    expect(h.ran('fetch')).to.equal(0);
  });

  it('in a repository runs nothing: no hook, filter, submodule, or command of its configuration', async () => {
    const script = join(h.dir, 'evil.sh');
    await writeFile(script, `#!/bin/sh\ntouch ${canary}/ran\n`);
    await chmod(script, 0o755);
    await writeFile(
      join(h.home, '.gitconfig'), // even if the administrator has defined such programs for himself
      [
        `[core]\n hooksPath = ${h.dir}\n fsmonitor = ${script}\n pager = ${script}\n askPass = ${script}`,
        `[filter "evil"]\n smudge = ${script}\n process = ${script}`,
        `[diff]\n external = ${script}`,
        '[submodule]\n recurse = true',
        '[fetch]\n recurseSubmodules = true',
        '',
      ].join('\n'),
    );
    for (const hook of ['post-checkout', 'reference-transaction', 'post-index-change', 'pre-auto-gc']) {
      await writeFile(join(h.dir, hook), `#!/bin/sh\ntouch ${canary}/${hook}\n`);
      await chmod(join(h.dir, hook), 0o755);
    }
    const id = await h.server.commit('app', {
      'web/Chart.yaml': 'name: web\n',
      'web/.gitattributes': '* filter=evil diff=evil\n',
      '.gitattributes': '* filter=evil\n',
      '.gitmodules': `[submodule "s"]\n path = web/s\n url = -u${script}\n`,
      'web/s': { submodule: 'a'.repeat(40) },
    });
    const into = join(h.dir, 'out');
    await mkdir(into);

    await h.git.resolve(h.remote, 'main~0', now);
    await messageOf(h.git.export(h.remote, id, 'web', into, bounded)); // .gitmodules with such a URL fails fsck
    const clean = await h.server.commit('app', {
      '.gitmodules': `[submodule "s"]\n path = web/s\n url = ../s\n`,
    });
    await h.git.export(h.remote, clean, 'web', into, bounded);
    await h.git.resolve(h.remote, clean.slice(0, 7), now);

    expect((await readdir(into)).sort()).to.deep.equal(['.gitattributes', 'Chart.yaml']);
    await nothingRan();
  });

  it('in a tree with forbidden names is not let into the mirror', async () => {
    const repository = join(h.dir, 'repositories', 'app.git');
    const first = await h.server.commit('app', { 'web/Chart.yaml': 'x' });
    const blob = (await setUp(['rev-parse', `${first}:web/Chart.yaml`], repository)).trim();
    for (const name of ['.git', '..', '.GIT', 'a/b']) {
      const entry = Buffer.concat([Buffer.from(`100644 ${name}\0`), Buffer.from(blob, 'hex')]);
      const tree = (
        await setUp(['hash-object', '-t', 'tree', '-w', '--stdin', '--literally'], repository, entry)
      ).trim();
      const commit = (
        await setUp(
          ['-c', 'user.name=a', '-c', 'user.email=b', 'commit-tree', '-m', 'evil', tree],
          repository,
        )
      ).trim();
      await setUp(['update-ref', 'refs/heads/evil', commit], repository);

      expect(await messageOf(h.git.fetchCommit(h.remote, commit, never)), name).to.equal(
        `repository ${h.remote.url} holds an object that is damaged or dangerous (git fsck refuses it): repair it there`,
      );
    }
  });

  it('of a hundred thousand refs is read, and only branches and tags are kept', async () => {
    const id = await h.server.commit('app', { a: 'a' });
    const lines = Array.from({ length: 100_000 }, (_, at) => `${id} refs/pull/${String(at)}/head\n`);
    await writeFile(
      join(h.dir, 'repositories', 'app.git', 'packed-refs'),
      `# pack-refs with: peeled fully-peeled \n${lines.sort().join('')}`,
    );

    const refs = await h.git.refs(h.remote, now);

    expect([refs.heads.size, refs.tags.size]).to.deep.equal([1, 0]);
    expect(await h.git.resolve(h.remote, 'refs/pull/99999/head', now)).to.have.property('commit', id);
  }).timeout(30_000);

  it('sees nothing of our environment, and no secret of it reaches the server', async () => {
    const git = await h.anotherGit({
      env: {
        PATH: process.env['PATH'],
        KUBECONFIG: '/secret',
        TOKEN: 'hunter2',
        GIT_DIR: '/x',
        https_proxy: '',
      },
    });
    await h.server.commit('app', { a: 'a' });

    await git.refs(h.remote, now);

    const env = h.calls.at(-1)?.env ?? {};
    expect(Object.keys(env).filter((name) => /KUBECONFIG|TOKEN|^GIT_DIR$/.test(name))).to.deep.equal([]);
    expect(env).to.include({
      GIT_TERMINAL_PROMPT: '0',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_ALLOW_PROTOCOL: 'https:http:ssh',
    });
  });

  it('at a link-local address is refused, in every way to write it', async () => {
    const hosts = ['169.254.169.254', '2852039166', '0xa9fea9fe', '[::ffff:169.254.169.254]', '[fe80::1]'];

    for (const host of hosts) {
      expect(await messageOf(h.git.refs({ url: `http://${host}/x.git`, scope: '' }, now)), host).to.contain(
        'is refused: it is a link-local',
      );
    }
    expect(h.calls).to.deep.equal([]);
  });
});
