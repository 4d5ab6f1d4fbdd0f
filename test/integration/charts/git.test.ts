import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { list } from 'tar';
import type { FileChange } from '../../../hack/testenv/git-repos.ts';
import { startGitServer } from '../../../hack/testenv/git-server.ts';
import type { GitChartSource } from '../../../src/charts/chart.ts';
import { chartArchive } from '../../support/chart-archive.ts';
import { type ChartRepository, startChartRepository } from '../../support/chart-repository.ts';
import { ChartUnavailableError } from '../../../src/api/errors.ts';
import { GIT_POLL_MS, type Harness, signal, startHarness } from './harness.ts';

const chartYaml = (name: string, version = '1.0.0', dependencies: readonly object[] = []): string =>
  JSON.stringify({ apiVersion: 'v2', name, version, appVersion: '7', dependencies });

const WEB = {
  'charts/web/Chart.yaml': chartYaml('web'),
  'charts/web/values.yaml': 'replicas: 1\n',
  'charts/web/templates/config.yaml': 'kind: ConfigMap\n',
};

describe('charts from a Git repository', () => {
  let harness: Harness;
  let repository: ChartRepository;

  const web = (more: Partial<GitChartSource> = {}): GitChartSource => ({
    ...{
      kind: 'git',
      url: harness.git.repoUrl('app'),
      ref: 'main',
      path: 'charts/web',
      skipDepUpdate: false,
      scope: '',
    },
    ...more,
  });
  const dependsOn = (...dependencies: readonly object[]): Record<string, string> => ({
    'charts/web/Chart.yaml': chartYaml('web', '1.0.0', dependencies),
  });
  const filesIn = async (file: string): Promise<string[]> => {
    const paths: string[] = [];
    await list({ file, onReadEntry: ({ path }) => paths.push(path) });
    return paths.sort();
  };

  beforeEach(async () => {
    harness = await startHarness();
    repository = await startChartRepository();
    await harness.git.createRepo('app');
    await harness.git.commit('app', { ...WEB, 'README.md': 'hello' });
  });
  afterEach(async () => {
    await harness[Symbol.asyncDispose]();
    await repository[Symbol.asyncDispose]();
  });

  it('are fetched and packaged once for fifty releases, and not looked at again while that is new', async () => {
    const commit = await harness.git.commit('app', { 'README.md': 'changed' });

    const charts = await Promise.all(Array.from({ length: 50 }, () => harness.resolve(web())));
    await harness.resolve(web());

    expect(harness.git.requests()).to.deep.include({ lsRefs: 1, fetch: 1 });
    expect(harness.packaged()).to.equal(1);
    expect(new Set(charts)).to.have.length(1);
    expect(charts[0]).to.deep.include({
      name: 'web',
      version: '1.0.0',
      appVersion: '7',
      revision: commit,
      hooks: 'none',
    });
  });

  it('are read with what a GitSync may read, where they are in a commit of it, and with nothing else', async () => {
    const auth = { username: 'ann', password: 'pass' };
    const server = await startGitServer({ dir: join(harness.dir, 'private'), auth });
    try {
      await server.createRepo('deploy');
      const commit = await server.commit('deploy', WEB);
      const source = web({ url: server.repoUrl('deploy'), ref: commit, scope: 'team/login/1' });

      const chart = await harness.resolve({ ...source, access: { basic: auth } });

      expect(chart).to.include({ name: 'web', revision: commit });
      expect(server.requests()).to.include({ lsRefs: 0, fetch: 1 });
      expect(await harness.complaint(source)).to.match(/credentials|refused|401/i);
      const wrong = { basic: { ...auth, password: 'wrong' } };
      expect(await harness.complaint({ ...source, access: wrong })).to.match(/credentials|refused|401/i);
    } finally {
      await server.stop();
    }
  });

  it('consist of their folder and of those that they depend on, whatever else a commit changes', async () => {
    const remote = { url: harness.git.repoUrl('app'), scope: '' };
    const at = async (commit: string, skipDepUpdate = false): Promise<string | undefined> => {
      const [text] = await harness.charts.identify(
        { remote, commit },
        [{ path: 'charts/web', skipDepUpdate }],
        signal,
      );
      return text;
    };
    const base = { name: 'base', version: '1.0.0', repository: 'file://../base' };
    const elsewhere = { name: 'far', version: '1.0.0', repository: 'https://charts.invalid' };
    const first = await harness.git.commit('app', {
      ...dependsOn(base, elsewhere),
      'charts/base/Chart.yaml': chartYaml('base'),
    });
    const beside = await harness.git.commit('app', { 'README.md': 'changed', 'charts/other/x': 'x' });
    const below = await harness.git.commit('app', { 'charts/base/values.yaml': 'a: 1\n' });
    const within = await harness.git.commit('app', { 'charts/web/values.yaml': 'replicas: 2\n' });

    expect(await at(beside)).to.equal(await at(first));
    expect(await at(below)).not.to.equal(await at(first));
    expect(await at(within)).not.to.equal(await at(below));
    expect(await at(below, true)).to.equal(await at(first, true));
    expect(await at(within, true)).not.to.equal(await at(first, true));
    expect(harness.packaged()).to.equal(0);
  });

  it('consist of the same nothing in each commit that has none, or a broken one', async () => {
    const remote = { url: harness.git.repoUrl('app'), scope: '' };
    const paths = ['charts/none', 'charts/broken', 'charts/self', 'README.md', '../out', 'charts/web'];
    const at = (commit: string): Promise<readonly string[]> => {
      const charts = paths.map((path) => ({ path, skipDepUpdate: false }));
      return harness.charts.identify({ remote, commit }, charts, signal);
    };
    const self = { name: 'self', version: '1.0.0', repository: 'file://.' };
    const broken = {
      'charts/broken/Chart.yaml': 'x: [',
      'charts/self/Chart.yaml': chartYaml('self', '1.0.0', [self]),
    };
    const first = await harness.git.commit('app', broken);
    const second = await harness.git.commit('app', { 'other.md': 'changed' });

    const found = await at(first);
    expect(new Set(found).size).to.equal(paths.length);
    expect(await at(second)).to.deep.equal(found);
    const gone: unknown = await at('a'.repeat(40)).catch((error: unknown) => error);
    expect(gone).to.be.instanceOf(ChartUnavailableError);
  });

  it('are not packaged again, and nobody is told, for a commit that does not touch the path', async () => {
    const moves: string[][] = [];
    harness.charts.onMoved((keys) => moves.push(keys));
    harness.charts.watch(web(), 'ns/a');
    const before = await harness.resolve(web());

    const commit = await harness.git.commit('app', { 'README.md': 'changed' });
    await harness.charts.refreshAll();
    const after = await harness.resolve(web());

    expect(after).to.deep.equal({ ...before, revision: commit });
    expect(harness.packaged()).to.equal(1);
    expect(moves).to.deep.equal([]);
  });

  it('are packaged again, and those who watch are told, for a commit that touches the path', async () => {
    const moves: string[][] = [];
    harness.charts.onMoved((keys) => moves.push(keys));
    harness.charts.watch(web(), 'ns/a');
    const before = await harness.resolve(web());

    await harness.git.commit('app', { 'charts/web/values.yaml': 'replicas: 2\n' });
    harness.pass(GIT_POLL_MS);
    const after = await harness.resolve(web());

    expect(after.digest).not.to.equal(before.digest);
    expect(harness.packaged()).to.equal(2);
    expect(moves).to.deep.equal([['ns/a']]);
  });

  it('come back without packaging when a commit is taken back', async () => {
    const before = await harness.resolve(web());
    await harness.git.commit('app', { 'charts/web/values.yaml': 'replicas: 2\n' });
    await harness.resolve(web(), true);
    await harness.git.commit('app', { 'charts/web/values.yaml': 'replicas: 1\n' });

    expect((await harness.resolve(web(), true)).digest).to.equal(before.digest);
    expect(harness.packaged()).to.equal(2);
  });

  it('leave out what .helmignore names, and leave nothing behind', async () => {
    await harness.git.commit('app', { 'charts/web/.helmignore': 'notes/\n', 'charts/web/notes/a.txt': 'x' });

    const { path } = await harness.resolve(web());

    expect(await filesIn(path)).to.deep.equal([
      'web/.helmignore',
      'web/Chart.yaml',
      'web/templates/config.yaml',
      'web/values.yaml',
    ]);
    expect((await readdir(harness.dir)).filter((name) => name.startsWith('chart-'))).to.deep.equal([]);
    expect(await readdir(join(harness.dir, 'charts', 'incoming'))).to.deep.equal([]);
  });

  it('have one digest whichever helm packages them', async () => {
    const files = {
      'charts/web/Chart.yaml':
        '# first\nversion: 1.0.0\nname: web\napiVersion: v2\nkeywords: [a]\nunknown: field\n',
    };
    await harness.git.commit('app', files);
    await using other = await startHarness({ helm: 'helm3' });
    const source = web();

    expect((await other.resolve(source)).digest).to.equal((await harness.resolve(source)).digest);
  });

  it('move when the target of a link changes that leads out of their folder', async () => {
    await harness.git.commit('app', {
      'charts/web/values.yaml': { link: '../../shared.yaml' },
      'shared.yaml': 'a: 1\n',
    });
    const before = await harness.resolve(web());

    await harness.git.commit('app', { 'shared.yaml': 'a: 2\n' });

    expect((await harness.resolve(web(), true)).digest).not.to.equal(before.digest);
  });

  it('get their dependencies from repositories, in the newest version that satisfies', async () => {
    repository.add({ name: 'db', version: '1.1.0' });
    repository.add({ name: 'db', version: '2.0.0' });
    await harness.git.commit('app', {
      ...dependsOn({ name: 'db', version: '^1', repository: repository.url }),
      'charts/web/charts/db-1.0.0.tgz': chartArchive({ name: 'db', version: '1.0.0' }),
    });

    const { path } = await harness.resolve(web());

    expect(await filesIn(path)).to.include('web/charts/db/Chart.yaml');
    expect(repository.count('/db-1.1.0.tgz')).to.equal(1);

    repository.add({ name: 'db', version: '1.2.0' });
    const moves: string[][] = [];
    harness.charts.onMoved((keys) => moves.push(keys));
    harness.charts.watch(web(), 'ns/a');
    await harness.charts.refreshAll();
    expect(moves).to.deep.equal([['ns/a']]);
    expect(repository.count('/db-1.2.0.tgz')).to.equal(1);
  });

  it('do not ask again for a dependency of an exact version, so that its repository may be away', async () => {
    repository.add({ name: 'db', version: '1.1.0' });
    await harness.git.commit('app', dependsOn({ name: 'db', version: '1.1.0', repository: repository.url }));
    const before = await harness.resolve(web());
    repository.answer('/index.yaml', (_, response) => response.writeHead(503).end());

    expect(await harness.resolve(web(), true)).to.deep.equal(before);
    expect(repository.count('/index.yaml')).to.equal(1);
  });

  it('get their dependencies from other folders, and theirs too', async () => {
    repository.add({ name: 'cache', version: '1.0.0' });
    await harness.git.commit('app', {
      ...dependsOn({ name: 'db', version: '>=1', repository: 'file://../../lib/db' }),
      'lib/db/Chart.yaml': chartYaml('db', '1.5.0', [
        { name: 'cache', version: '*', repository: repository.url },
      ]),
      'lib/db/templates/a.yaml': 'kind: Secret\n',
    });
    const before = await harness.resolve(web());

    expect(await filesIn(before.path)).to.include.members([
      'web/charts/db/templates/a.yaml',
      'web/charts/db/charts/cache/Chart.yaml',
    ]);

    await harness.git.commit('app', { 'lib/db/templates/a.yaml': 'kind: ConfigMap\n' });
    const after = await harness.resolve(web(), true);
    expect(after.digest).not.to.equal(before.digest);
    await harness.git.commit('app', { 'lib/README.md': 'outside of both' });
    expect((await harness.resolve(web(), true)).digest).to.equal(after.digest);
  });

  it('keep what lies in charts/ for a dependency without a repository', async () => {
    await harness.git.commit('app', {
      ...dependsOn({ name: 'db', version: '^1' }, { name: 'cache', version: '*' }),
      'charts/web/charts/db/Chart.yaml': chartYaml('db', '1.3.0'),
      'charts/web/charts/cache-2.0.0.tgz': chartArchive({ name: 'cache', version: '2.0.0' }),
    });

    expect(await filesIn((await harness.resolve(web())).path)).to.include.members([
      'web/charts/db/Chart.yaml',
      'web/charts/cache/Chart.yaml',
    ]);
  });

  it('read requirements.yaml of charts that are made for Helm 2', async () => {
    repository.add({ name: 'db', version: '1.1.0' });
    await harness.git.commit('app', {
      'charts/web/Chart.yaml': 'apiVersion: v1\nname: web\nversion: 1.0.0\n',
      'charts/web/requirements.yaml': `dependencies:\n- name: db\n  version: ~1.1\n  repository: ${repository.url}\n`,
    });

    expect(await filesIn((await harness.resolve(web())).path)).to.include('web/charts/db/Chart.yaml');
  });

  it('leave their dependencies alone where that is asked for', async () => {
    await using without = await startHarness({ updateChartDeps: false });
    await harness.git.commit('app', {
      ...dependsOn({ name: 'db', version: '^1', repository: repository.url }),
      'charts/web/charts/db/Chart.yaml': chartYaml('db', '1.3.0'),
    });

    await harness.resolve(web({ skipDepUpdate: true }));
    await without.resolve(web());

    expect(repository.requests).to.have.length(0);
  });

  for (const [what, files, complaint] of [
    [
      'a path without a chart',
      { 'charts/web/Chart.yaml': { removed: true } },
      /^the chart in folder 'charts\/web' of repository http:\/\/.*app\.git has no Chart\.yaml: is that the folder of a chart\?$/,
    ],
    [
      'a Chart.yaml that is not YAML',
      { 'charts/web/Chart.yaml': 'name: [' },
      /has a Chart\.yaml that is not YAML$/,
    ],
    [
      'a library',
      { 'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\ntype: library\n' },
      /is the library chart web, which other charts can use but nobody can install$/,
    ],
    [
      'a dependency by alias',
      dependsOn({ name: 'db', version: '1', repository: '@stable' }),
      /^dependency db of the chart in folder 'charts\/web' of repository .* names its repository by the alias "@stable"/,
    ],
    [
      'a dependency outside',
      dependsOn({ name: 'db', version: '1', repository: 'file://../../../db' }),
      /^dependency db of .* lies outside of the Git repository/,
    ],
    [
      'a dependency that is missing',
      dependsOn({ name: 'db', version: '1' }),
      /has the dependency db without a repository, so it should be in charts\/, but it is not$/,
    ],
    [
      'a dependency with an unreadable range',
      dependsOn({ name: 'db', version: 'newest', repository: 'REPOSITORY' }),
      /^dependency db of .*: "newest" is neither a version of chart db/,
    ],
    [
      'a dependency that no repository has',
      dependsOn({ name: 'ddb', version: '1', repository: 'REPOSITORY' }),
      /^dependency ddb of .*: chart ddb is not in the index of/,
    ],
    [
      'a dependency in another version',
      {
        ...dependsOn({ name: 'db', version: '^2', repository: 'file://../db' }),
        'charts/db/Chart.yaml': chartYaml('db', '1.0.0'),
      },
      /^dependency db of .* should have a version that satisfies "\^2", but the one in folder 'charts\/db' is 1\.0\.0$/,
    ],
    [
      'a chart that depends on itself',
      {
        ...dependsOn({ name: 'db', version: '*', repository: 'file://../db' }),
        'charts/db/Chart.yaml': chartYaml('db', '1.0.0', [
          { name: 'web', version: '*', repository: 'file://../web' },
        ]),
      },
      /the chart in folder 'charts\/web' of repository .* depends on itself$/,
    ],
    [
      'a broken chart',
      { 'charts/web/templates/NOTES.txt': 'x', 'charts/web/values.yaml': 'a: [' },
      /^the chart in folder 'charts\/web' of repository .* cannot be packaged/,
    ],
  ] as readonly (readonly [string, Readonly<Record<string, FileChange>>, RegExp])[]) {
    it(`say what is wrong with ${what}, and recover when it is mended`, async () => {
      repository.add({ name: 'db', version: '1.0.0' });
      const real = Object.entries(files).map(([path, change]): [string, FileChange] => [
        path,
        typeof change === 'string' ? change.replace('REPOSITORY', repository.url) : change,
      ]);
      await harness.git.commit('app', Object.fromEntries(real));

      expect(await harness.complaint(web())).to.match(complaint);

      await harness.git.commit('app', WEB);
      expect((await harness.resolve(web(), true)).version).to.equal('1.0.0');
    });
  }

  it('say what Git says of a ref or a path that does not exist', async () => {
    expect(await harness.complaint(web({ ref: 'nothing' }))).to.match(/nothing/);
    expect(await harness.complaint(web({ path: 'charts/wbe' }))).to.match(
      /'charts\/wbe' does not exist .* did you mean 'charts\/web'\?/,
    );
  });
});
