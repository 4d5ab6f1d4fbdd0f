import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { InvalidChartError } from '../../../../src/api/errors.ts';
import type { ChartContent } from '../../../../src/charts/chart.ts';
import { readChart } from '../../../../src/charts/content/content.ts';
import { type ArchiveEntry, archiveOf, chartArchive } from '../../../support/chart-archive.ts';

const CHART_YAML: ArchiveEntry = {
  path: 'web/Chart.yaml',
  content: 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
};

describe('readChart', () => {
  let dir: string;
  let made = 0;

  const read = async (archive: Buffer): Promise<ChartContent> => {
    const file = join(dir, `${String((made += 1))}.tgz`);
    await writeFile(file, archive);
    return readChart(file, 'the archive');
  };
  const complaintAbout = async (archive: Buffer): Promise<string> => {
    const caught: unknown = await read(archive).catch((error: unknown) => error);
    expect(caught).to.be.instanceOf(InvalidChartError);
    return (caught as Error).message;
  };

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'content-'));
  });
  after(async () => {
    await rm(dir, { recursive: true });
  });

  it('reads name, version, app version and CRDs', async () => {
    const content = await read(
      chartArchive({
        name: 'web',
        version: '1.2.3',
        appVersion: '4.5',
        files: { 'crds/a.yaml': 'x', 'crds/b/c.yaml': 'x' },
      }),
    );

    expect(content).to.deep.include({ name: 'web', version: '1.2.3', appVersion: '4.5', hooks: 'none' });
    expect(content.crds).to.deep.equal(['crds/a.yaml', 'crds/b/c.yaml']);
    expect(content.digest).to.match(/^[0-9a-f]{64}$/);
  });

  it('reads a number where a text belongs as helm does', async () => {
    const content = await read(
      archiveOf([{ path: 'web/Chart.yaml', content: 'name: web\nversion: 1.10\nappVersion: 1.10' }]),
    );

    expect(content).to.deep.include({ version: '1.1', appVersion: '1.1' });
  });

  it('has one digest for the same files however they are packed', async () => {
    const a = { path: 'web/a', content: 'a' };
    const b = { path: 'web/b', content: 'b' };

    const first = await read(archiveOf([CHART_YAML, a, b], new Date(1_000)));
    const second = await read(
      archiveOf([b, { path: 'web/empty/', type: 'Directory' }, CHART_YAML, a], new Date(9_000)),
    );

    expect(second).to.deep.equal(first);
  });

  it('defect 22: changes the digest with a byte of a packed subchart', async () => {
    const parent = (template: string): Buffer =>
      chartArchive({
        name: 'web',
        version: '1.0.0',
        files: {
          'charts/db-1.0.0.tgz': chartArchive({
            name: 'db',
            version: '1.0.0',
            files: { 'templates/db.yaml': template },
          }),
        },
      });

    expect((await read(parent('a'))).digest).not.to.equal((await read(parent('b'))).digest);
  });

  it('looks into packed subcharts, whose packing does not count either', async () => {
    const parent = (mtime: Date): Buffer =>
      chartArchive({
        name: 'web',
        version: '1.0.0',
        files: {
          'charts/db-1.0.0.tgz': chartArchive(
            {
              name: 'db',
              version: '1.0.0',
              files: { 'crds/db.yaml': '', 'templates/h.yaml': '"helm.sh/hook": post-install' },
            },
            mtime,
          ),
        },
      });

    const first = await read(parent(new Date(1_000)));

    expect(await read(parent(new Date(9_000)))).to.deep.equal(first);
    expect(first.hooks).to.equal('post');
    expect(first.crds).to.deep.equal(['charts/db-1.0.0.tgz/crds/db.yaml']);
  });

  it('changes the digest with any byte and any name', async () => {
    const chart = { name: 'web', version: '1.0.0' };
    const digests = await Promise.all(
      [{ a: 'b' }, { a: 'c' }, { b: 'b' }, { a: 'b', c: '' }].map(
        async (files) => (await read(chartArchive({ ...chart, files }))).digest,
      ),
    );

    expect(new Set(digests)).to.have.length(4);
  });

  for (const [what, entries, complaint] of [
    [
      'a symbolic link',
      [{ path: 'web/values.yaml', type: 'SymbolicLink', linkpath: '/etc/passwd' }],
      /"web\/values.yaml", which is not a regular file/,
    ],
    [
      'a hard link',
      [{ path: 'web/values.yaml', type: 'Link', linkpath: '/etc/passwd' }],
      /not a regular file/,
    ],
    ['a pipe', [{ path: 'web/values.yaml', type: 'FIFO' }], /not a regular file/],
    ['a path upwards', [{ path: 'web/../../x' }], /"web\/\.\.\/\.\.\/x", a path that leads out of the chart/],
    ['a path upwards with backslashes', [{ path: 'web\\..\\..\\x' }], /leads out of the chart/],
    ['an absolute path', [{ path: '/etc/passwd' }], /leads out of the chart/],
    ['a drive', [{ path: 'C:/x' }], /leads out of the chart/],
    ['a file beside the chart', [{ path: 'stray' }], /"stray" outside of the folder of the chart/],
    ['a file twice', [{ path: 'web/a' }, { path: 'web/./a' }], /holds a twice/],
    [
      'a file over 5 MiB',
      [{ path: 'web/a', content: Buffer.alloc(5 * 1024 * 1024 + 1, 'x') }],
      /holds a, which is larger than 5 MiB/,
    ],
    [
      'too many files',
      Array.from({ length: 10_000 }, (_, i) => ({ path: `web/${String(i)}` })),
      /more than 10000 files/,
    ],
    [
      'too much',
      Array.from({ length: 21 }, (_, i) => ({
        path: `web/${String(i)}`,
        content: Buffer.alloc(5e6, String(Math.random())),
      })),
      /more than 100 MiB/,
    ],
  ] as readonly (readonly [string, readonly ArchiveEntry[], RegExp])[]) {
    it(`refuses an archive with ${what}`, async () => {
      expect(await complaintAbout(archiveOf([CHART_YAML, ...entries])))
        .to.match(/^the archive holds /)
        .and.match(complaint);
    });
  }

  it('refuses a subchart that is a bomb, within the budget of the whole chart', async () => {
    let bomb = chartArchive({ name: 'a', version: '1.0.0' });
    for (let depth = 0; depth < 10; depth += 1) {
      bomb = chartArchive({ name: 'a', version: '1.0.0', files: { 'charts/a-1.0.0.tgz': bomb } });
    }

    expect(await complaintAbout(bomb)).to.match(/holds charts packed in charts more than 8 deep/);
  });

  for (const [what, yaml, complaint] of [
    ['is not YAML', 'name: [', /has a Chart\.yaml that is not YAML$/],
    ['is a list', '- a', /has a Chart\.yaml that is not a map/],
    ['has no name', 'version: 1.0.0', /the name "", which is not a plain name/],
    ['is called ..', 'name: ".."\nversion: 1.0.0', /which is not a plain name/],
    ['has a path for a name', 'name: a/../../b\nversion: 1.0.0', /which is not a plain name/],
    ['has no version', 'name: web', /the version "", which is not a semantic version/],
    ['has a word for a version', 'name: web\nversion: latest', /the version "latest"/],
    [
      'belongs to a library',
      'name: web\nversion: 1.0.0\ntype: library',
      /is the library chart web, which other charts can use but nobody can install/,
    ],
    [
      'is an alias bomb',
      `a0: &a0 [x]\n${Array.from({ length: 200 }, (_, i) => `a${String(i + 1)}: &a${String(i + 1)} [*a${String(i)}, *a${String(i)}]`).join('\n')}`,
      /not YAML/,
    ],
  ] as const) {
    it(`refuses a Chart.yaml that ${what}`, async () => {
      expect(await complaintAbout(archiveOf([{ path: 'web/Chart.yaml', content: yaml }]))).to.match(
        complaint,
      );
    });
  }

  it('refuses what is no archive, an empty one, one without Chart.yaml, and half of one', async () => {
    const whole = chartArchive({
      name: 'web',
      version: '1.0.0',
      files: { noise: Buffer.from(Array.from({ length: 20_000 }, () => Math.random() * 256)) },
    });

    expect(await complaintAbout(Buffer.from('<html>not found</html>'.repeat(100)))).to.equal(
      'the archive is not a readable .tgz',
    );
    expect(await complaintAbout(Buffer.alloc(0))).to.match(/is not a readable \.tgz|holds no Chart\.yaml/);
    expect(await complaintAbout(archiveOf([]))).to.match(/is not a readable \.tgz|holds no Chart\.yaml/);
    expect(await complaintAbout(archiveOf([{ path: 'web/values.yaml' }]))).to.equal(
      'the archive holds no Chart.yaml: it is not a chart',
    );
    expect(await complaintAbout(whole.subarray(0, whole.length / 2))).to.equal(
      'the archive is not a readable .tgz',
    );
  });
});
