import { expect } from 'chai';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { git as setUp } from '../../../hack/testenv/git-repos.ts';
import { eventually } from '../process/eventually.ts';
import { bounded, type Harness, limits, messageOf, never, now, startHarness } from './harness.ts';

const CHART = {
  'charts/web/Chart.yaml': 'name: web\n',
  'charts/web/values.yaml': 'a: 1\n',
  'README.md': 'hello\n',
};

describe('a Git remote', () => {
  let h: Harness;

  beforeEach(async () => {
    h = await startHarness();
  });
  afterEach(() => h.stop());

  const repository = (): string => join(h.dir, 'repositories', 'app.git');
  const resolve = async (ref: string): Promise<string> => (await h.git.resolve(h.remote, ref, now)).commit;

  describe('resolves', () => {
    it('a branch, a tag, an annotated tag, the default branch and full names', async () => {
      const first = await h.server.commit('app', CHART);
      await setUp(['tag', 'light', first], repository());
      await setUp(
        ['-c', 'user.name=a', '-c', 'user.email=b', 'tag', '-am', 'one', 'v1.0', first],
        repository(),
      );
      const second = await h.server.commit('app', { 'README.md': 'again\n' });
      await setUp(['update-ref', 'refs/pull/7/head', first], repository());

      expect(await resolve('main')).to.equal(second);
      expect(await resolve('')).to.equal(second);
      expect(await resolve('HEAD')).to.equal(second);
      expect(await resolve('light')).to.equal(first);
      expect(await resolve('v1.0')).to.equal(first);
      expect(await resolve('refs/tags/v1.0')).to.equal(first);
      expect(await resolve('heads/main')).to.equal(second);
      expect(await resolve('refs/pull/7/head')).to.equal(first);
      expect(await resolve('pull/7/head')).to.equal(first);
    });

    it('a full id, a short one, and what git describe prints, also when no ref points there any more', async () => {
      const first = await h.server.commit('app', CHART);
      await h.server.commit('app', { 'README.md': '2\n' });
      const third = await h.server.commit('app', { 'README.md': '3\n' });

      expect(await resolve(first)).to.equal(first);
      expect(await resolve(first.toUpperCase())).to.equal(first);
      expect(await resolve(third.slice(0, 8))).to.equal(third);
      expect(await resolve(first.slice(0, 7))).to.equal(first);
      expect(await resolve(`v0-2-g${first.slice(0, 7)}`)).to.equal(first);
      expect(await h.git.treeOf(h.remote, first, 'charts/web', never)).to.match(/^[0-9a-f]{40}$/);
    });

    it('steps from a ref to its ancestors, as git rev-parse does', async () => {
      const first = await h.server.commit('app', CHART);
      const second = await h.server.commit('app', { 'README.md': '2\n' });
      await h.server.commit('app', { 'README.md': '3\n' });

      expect(await resolve('main~2')).to.equal(first);
      expect(await resolve('main^')).to.equal(second);
      expect(await resolve('main^{commit}~1^0')).to.equal(second);
      expect(await messageOf(resolve('main~9'))).to.equal(
        `the history of 'main' in repository ${h.remote.url} does not go back to 'main~9'`,
      );
    });

    it('a name that is both as git does: tag before branch, a full id before everything, a short one last', async () => {
      const first = await h.server.commit('app', CHART);
      const second = await h.server.commit('app', { 'README.md': '2\n' });
      await setUp(['tag', 'both', first], repository());
      await setUp(['branch', 'both', second], repository());
      await setUp(['update-ref', `refs/heads/${first}`, second], repository());
      await setUp(['update-ref', `refs/heads/${first.slice(0, 7)}`, second], repository());

      expect(await resolve('both')).to.equal(first);
      expect(await resolve('heads/both')).to.equal(second);
      expect(await resolve(first)).to.equal(first);
      expect(await resolve(first.slice(0, 7))).to.equal(second);
      for (const ref of ['both', 'heads/both', first, first.slice(0, 7)]) {
        const byGit = (await setUp(['rev-parse', '--verify', '-q', ref], repository())).trim();
        expect(await resolve(ref), ref).to.equal(byGit);
      }
    });

    it('a branch whose name begins with a dash, by its full name', async () => {
      const commit = await h.server.commit('app', CHART);
      await setUp(['update-ref', 'refs/heads/-x', commit], repository());

      expect(await resolve('refs/heads/-x')).to.equal(commit);
      expect(await resolve('-x')).to.equal(commit);
    });

    it('and says over what kind of connection', async () => {
      await h.server.commit('app', CHART);

      expect(await h.git.resolve(h.remote, 'main', now)).to.have.property('insecure', true);
    });
  });

  describe('says what is wrong with a ref', () => {
    it('that is not there, with what it may have been', async () => {
      await h.server.commit('app', CHART);
      await h.server.commit('app', CHART, { branch: 'release-1' });

      expect(await messageOf(resolve('mian'))).to.equal(
        `repository ${h.remote.url} does not have the ref 'mian' among 2 branches and 0 tags, its default branch is 'main': did you mean 'main'?`,
      );
      expect(await messageOf(resolve('refs/pull/1/head'))).to.contain(
        "does not have the ref 'refs/pull/1/head'",
      );
      expect(await messageOf(resolve('abcdef1'))).to.match(/ref 'abcdef1' .*give all its digits$/);
    });

    it('of a repository without any', async () => {
      expect(await messageOf(resolve('main'))).to.equal(
        `repository ${h.remote.url} does not have the ref 'main': it is empty, so push a branch first`,
      );
    });

    it('that is no commit, or no commit of this repository', async () => {
      const commit = await h.server.commit('app', CHART);
      const blob = (await setUp(['rev-parse', `${commit}:README.md`], repository())).trim();

      expect(await messageOf(resolve('a'.repeat(40)))).to.equal(
        `repository ${h.remote.url} has no commit ${'a'.repeat(40)}: a forced push has replaced it, or it was never pushed there`,
      );
      expect(await messageOf(resolve(blob))).to.equal(
        `the object ${blob} of repository ${h.remote.url} is not a commit`,
      );
    });
  });

  describe('costs', () => {
    it('one ls-remote and one fetch for fifty callers at once', async () => {
      const commit = await h.server.commit('app', CHART);
      await mkdir(join(h.dir, 'out'));
      const fresh = { maxAgeMs: 60_000, signal: never };

      const results = await Promise.all(
        Array.from({ length: 50 }, async (_, at) => {
          const into = join(h.dir, 'out', String(at));
          await mkdir(into);
          const resolved = await h.git.resolve(h.remote, 'main', fresh);
          await h.git.fetchCommit(h.remote, resolved.commit, never);
          const tree = await h.git.treeOf(h.remote, resolved.commit, 'charts/web', never);
          if (at % 10 === 0) await h.git.export(h.remote, resolved.commit, 'charts/web', into, bounded);
          return { commit: resolved.commit, tree };
        }),
      );

      expect(new Set(results.map((one) => one.commit))).to.deep.equal(new Set([commit]));
      expect(new Set(results.map((one) => one.tree)).size).to.equal(1);
      expect(h.server.requests()).to.deep.equal({ lsRefs: 1, fetch: 1, push: 0 });
      expect([h.ran('ls-remote'), h.ran('fetch')]).to.deep.equal([1, 1]);
    });

    it('one ls-remote while its answer is young enough, another one when it is not', async () => {
      await h.server.commit('app', CHART);
      const clock = { ms: 0, now: () => new Date(0), monotonicMs: () => clock.ms };
      const git = await h.anotherGit({ clock });
      const ask = (maxAgeMs: number) => git.refs(h.remote, { maxAgeMs, signal: never });

      await ask(1_000);
      clock.ms = 900;
      await ask(1_000);
      const young = h.server.requests().lsRefs;
      clock.ms = 1_100;
      await ask(1_000);
      await ask(0);

      expect(young).to.equal(1);
      expect(h.server.requests().lsRefs).to.equal(2);
    });

    it('a new ls-remote for who must not miss a push that came after a running one began', async () => {
      await h.server.commit('app', CHART);
      const clock = { ms: 0, now: () => new Date(0), monotonicMs: () => clock.ms };
      const git = await h.anotherGit({ clock });

      const running = git.resolve(h.remote, 'main', { maxAgeMs: 0, signal: never });
      await eventually(() => h.ran('ls-remote') > 0 || undefined);
      clock.ms = 10;
      const later = git.resolve(h.remote, 'main', { maxAgeMs: 0, signal: never });
      const patient = git.resolve(h.remote, 'main', { maxAgeMs: 60_000, signal: never });
      await Promise.all([running, later, patient]);

      expect(h.server.requests().lsRefs).to.equal(2);
    });

    it('only the difference for the next commit', async () => {
      const big = Buffer.from(Array.from({ length: 200_000 }, (_, at) => (at * 7919 * at) % 251));
      const first = await h.server.commit('app', { ...CHART, 'big.bin': big });
      await h.git.fetchCommit(h.remote, first, never);
      const before = h.git.stats().bytes;
      const second = await h.server.commit('app', { 'README.md': 'changed\n' });

      await h.git.fetchCommit(h.remote, second, never);

      expect(h.git.stats().bytes - before).to.be.below(10_000);
      expect(h.server.requests().fetch).to.equal(2);
    });

    it('nothing for a caller with other credentials than its own: they do not share a mirror', async () => {
      const commit = await h.server.commit('app', CHART);
      await h.git.fetchCommit(h.remote, commit, never);

      await h.git.fetchCommit({ ...h.remote, scope: 'team/secret/1' }, commit, never);
      await h.git.fetchCommit(
        { ...h.remote, access: { basic: { username: 'u', password: 'p' } } },
        commit,
        never,
      );

      expect(h.server.requests().fetch).to.equal(3);
      expect(h.git.stats().mirrors).to.equal(3);
    });
  });

  it('that hands out only what its refs point at is copied as a whole', async () => {
    const first = await h.server.commit('app', CHART);
    await h.server.commit('app', { 'README.md': '2\n' });
    h.server.fail({ kind: 'version0' });

    expect(await h.git.treeOf(h.remote, first, 'charts/web', never)).to.match(/^[0-9a-f]{40}$/);
    expect(await messageOf(h.git.fetchCommit(h.remote, 'b'.repeat(40), never))).to.contain('has no commit');
  });

  it('with SHA-256 objects works too', async () => {
    await setUp(
      ['init', '--quiet', '--bare', '--object-format=sha256', '--initial-branch=main', 'modern.git'],
      join(h.dir, 'repositories'),
    );
    const commit = await h.server.commit('modern', CHART);
    const remote = { ...h.remote, url: h.server.repoUrl('modern') };

    const resolved = await h.git.resolve(remote, 'main', now);

    expect(resolved.commit).to.equal(commit).and.to.have.length(64);
    expect(await h.git.treeOf(remote, commit, 'charts/web', never)).to.have.length(64);
  });

  it('that fails for a while keeps its last good copy, and is asked again afterwards', async () => {
    const first = await h.server.commit('app', CHART);
    await h.git.fetchCommit(h.remote, first, never);
    const second = await h.server.commit('app', { 'README.md': '2\n' });
    h.server.fail({ kind: 'status', code: 503 });

    const refused = await messageOf(h.git.resolve(h.remote, 'main', now));
    const refusedToo = await messageOf(h.git.fetchCommit(h.remote, second, never));
    const kept = await h.git.treeOf(h.remote, first, 'charts/web', never);
    h.server.fail(undefined);

    expect(refused).to.equal(
      `127.0.0.1 answers HTTP 503 for repository ${h.remote.url}: look for the reason there`,
    );
    expect(refusedToo).to.equal(refused);
    expect(kept).to.match(/^[0-9a-f]{40}$/);
    expect(await resolve('main')).to.equal(second);
    await h.git.fetchCommit(h.remote, second, never);
  });

  it('that lost its mirror on our disk is fetched anew at the next try', async () => {
    const commit = await h.server.commit('app', CHART);
    await h.git.fetchCommit(h.remote, commit, never);
    const work = join(h.dir, 'work');
    const [own = ''] = await readdir(work);
    const [mirror = ''] = (await readdir(join(work, own))).filter((name) => name.startsWith('repository-'));
    await rm(join(work, own, mirror), { recursive: true });

    await messageOf(h.git.treeOf(h.remote, commit, 'charts/web', never));

    expect(await h.git.treeOf(h.remote, commit, 'charts/web', never)).to.match(/^[0-9a-f]{40}$/);
  });

  it('defect 13: follows a forced push, a moved tag and a branch that became a folder of branches', async () => {
    const first = await h.server.commit('app', CHART);
    await setUp(['tag', 'latest', first], repository());
    await h.server.commit('app', CHART, { branch: 'topic' });
    await resolve('main');
    const other = await h.server.commit('app', { only: 'this\n' }, { branch: 'rewrite' });
    await setUp(['update-ref', 'refs/heads/main', other], repository());
    await setUp(['update-ref', 'refs/tags/latest', other], repository());
    await setUp(['update-ref', '-d', 'refs/heads/topic'], repository());
    const nested = await h.server.commit('app', CHART, { branch: 'topic/one' });

    expect(await resolve('main')).to.equal(other);
    expect(await resolve('latest')).to.equal(other);
    expect(await resolve('topic/one')).to.equal(nested);
    expect(await messageOf(h.git.resolve(h.remote, 'topic', now))).to.contain(
      "does not have the ref 'topic'",
    );
    await h.git.fetchCommit(h.remote, nested, never);
    expect(await resolve(nested.slice(0, 9))).to.equal(nested);
  });

  it('defect 12: that nobody used for an hour has its mirror deleted, and too many lose the oldest', async () => {
    const clock = { ms: 0, now: () => new Date(0), monotonicMs: () => clock.ms };
    const git = await h.anotherGit({ clock, maxMirrors: 2 });
    const commit = await h.server.commit('app', CHART);
    const remotes = ['a', 'b', 'c'].map((scope) => ({ ...h.remote, scope }));
    for (const remote of remotes) {
      clock.ms += 1_000;
      await git.fetchCommit(remote, commit, never);
    }
    await git.sweep();
    const afterMany = git.stats().mirrors;
    clock.ms += 3_600_500; // more than an hour after b, less after c

    await git.sweep();
    const afterIdle = git.stats().mirrors;
    clock.ms += 3_600_500;
    await git.sweep();

    expect([afterMany, afterIdle, git.stats().mirrors]).to.deep.equal([2, 0, 0]);
    const [own = ''] = await readdir(join(h.dir, 'work'));
    expect(
      (await readdir(join(h.dir, 'work', own))).filter((name) => name.startsWith('repository')),
    ).to.deep.equal([]);
  });

  it('has its mirror renewed after many downloads, without a reader noticing', async () => {
    const trees: string[] = [];
    for (let at = 0; at < 52; at += 1) {
      const commit = await h.server.commit('app', {
        ...CHART,
        'charts/web/values.yaml': `a: ${String(at)}\n`,
      });
      trees.push(await h.git.treeOf(h.remote, commit, 'charts/web', never));
    }

    expect(new Set(trees).size).to.equal(52);
    expect(h.ran('init')).to.equal(2);
    const [own = ''] = await readdir(join(h.dir, 'work'));
    const mirrors = (await readdir(join(h.dir, 'work', own))).filter((name) => name.startsWith('repository'));
    expect(mirrors).to.have.length(1);
  }).timeout(60_000);

  it('that is larger than a mirror may be is not taken in', async () => {
    const git = await h.anotherGit({ maxMirrorBytes: 1_000 });
    const noise = Buffer.from(
      Array.from({ length: 3_000_000 }, (_, at) => ((at * 2_654_435_761) >>> 13) & 255),
    );
    const commit = await h.server.commit('app', { ...CHART, noise });

    expect(await messageOf(git.fetchCommit(h.remote, commit, never))).to.contain('is larger than the');
  });

  it('that sends too much or never ends is cut off when the caller gives up', async () => {
    await h.server.commit('app', CHART);
    h.server.fail({ kind: 'silent' });
    const stop = new AbortController();
    const asking = h.git.refs(h.remote, { maxAgeMs: 0, signal: stop.signal });

    setImmediate(() => stop.abort(new Error('the operator stops')));

    expect(await messageOf(asking)).to.equal('the operator stops');
  });

  it('leaves a folder out that is a submodule', async () => {
    const commit = await h.server.commit('app', {
      ...CHART,
      'charts/web/sub': { submodule: 'a'.repeat(40) },
    });
    const into = join(h.dir, 'out');
    await mkdir(into);

    const exported = await h.git.export(h.remote, commit, 'charts/web', into, { limits, signal: never });

    expect(exported.files).to.equal(2);
    expect((await readdir(into)).sort()).to.deep.equal(['Chart.yaml', 'values.yaml']);
  });
});
