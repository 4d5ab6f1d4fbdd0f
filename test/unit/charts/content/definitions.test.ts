import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { dump } from 'js-yaml';
import { InvalidChartError } from '../../../../src/api/errors.ts';
import { type Definitions, readDefinitions } from '../../../../src/charts/content/definitions.ts';
import type { ValuesMap } from '../../../../src/values/merge.ts';
import { chartArchive } from '../../../support/chart-archive.ts';

type Files = Readonly<Record<string, string | Buffer>>;

const definition = (name: string, more: object = {}): string =>
  dump({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name },
    ...more,
  });

const chartYaml = (name: string, more: object = {}): string =>
  dump({ apiVersion: 'v2', name, version: '1.0.0', ...more });

describe('the definitions of a chart', () => {
  let dir: string;
  let made = 0;

  const read = async (files: Files, values: ValuesMap = {}, more: object = {}): Promise<Definitions> => {
    const file = join(dir, `${String((made += 1))}.tgz`);
    await writeFile(file, chartArchive({ name: 'web', version: '1.0.0', more: { ...more }, files }));
    return readDefinitions(file, values);
  };
  const namesIn = async (files: Files, values?: ValuesMap, more?: object): Promise<readonly string[]> =>
    (await read(files, values, more)).definitions.map(({ metadata }) => metadata.name);
  const complaintAbout = async (files: Files): Promise<string> => {
    const caught: unknown = await read(files).catch((error: unknown) => error);
    expect(caught).to.be.instanceOf(InvalidChartError);
    return (caught as Error).message;
  };

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'definitions-'));
  });
  after(async () => {
    await rm(dir, { recursive: true });
  });

  it('are those of its crds/ folder by their paths, then those of its subcharts, packed or not', async () => {
    const packed = chartArchive({
      name: 'queue',
      version: '1.0.0',
      files: { 'crds/q.yaml': definition('queues.example.com') },
    });

    const names = await namesIn({
      'crds/b.yml': definition('b.example.com'),
      'crds/a.yaml': `${definition('a1.example.com')}---\n# nothing\n---\n${definition('a2.example.com')}`,
      'crds/more/c.json': JSON.stringify({
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'c.example.com' },
      }),
      'crds/README.md': 'no manifest',
      'templates/crds/x.yaml': 'kind: {{ .NotEvenYaml }}',
      'charts/db/Chart.yaml': chartYaml('db'),
      'charts/db/crds/d.yaml': definition('d.example.com'),
      'charts/db/charts/deep/Chart.yaml': chartYaml('deep'),
      'charts/db/charts/deep/crds/e.yaml': definition('e.example.com'),
      'charts/queue-1.0.0.tgz': packed,
    });

    expect(names).to.deep.equal([
      'a1.example.com',
      'a2.example.com',
      'b.example.com',
      'c.example.com',
      'd.example.com',
      'e.example.com',
      'queues.example.com',
    ]);
  });

  it('count once where several charts hold them: as the chart itself has them', async () => {
    const { definitions: found } = await read({
      'crds/a.yaml': definition('a.example.com', { spec: { group: 'own' } }),
      'charts/db/Chart.yaml': chartYaml('db'),
      'charts/db/crds/a.yaml': definition('a.example.com', { spec: { group: 'other' } }),
    });

    expect(found).to.deep.equal([
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'a.example.com' },
        spec: { group: 'own' },
      },
    ]);
  });

  it('carry no status, and no number that is no JSON', async () => {
    const more = { spec: { maximum: 9007199254740993n }, status: { storedVersions: [] } };
    const document = definition('a.example.com', { ...more, spec: { maximum: 1 } });
    const {
      definitions: [found],
    } = await read({
      'crds/a.yaml': document.replace('maximum: 1', 'maximum: 9007199254740993'),
    });

    expect(found).to.not.have.property('status');
    expect(JSON.stringify(found)).to.include('"maximum":9007199254740992');
  });

  const subcharts: Files = {
    'values.yaml': 'db: {enabled: false}\n',
    'charts/db/Chart.yaml': chartYaml('db'),
    'charts/db/values.yaml': 'inner: {live: true}\n',
    'charts/db/crds/d.yaml': definition('db'),
    'charts/cache/Chart.yaml': chartYaml('cache'),
    'charts/cache/crds/c.yaml': definition('cache'),
  };
  const dependency = (more: object, name = 'db'): object => ({
    dependencies: [{ name, version: '1.x', repository: '', ...more }],
  });
  const rows: readonly (readonly [string, object, ValuesMap, readonly string[]])[] = [
    ['a condition that is off by default', dependency({ condition: 'db.enabled' }), {}, ['cache']],
    [
      'a condition that the user sets',
      dependency({ condition: 'db.enabled' }),
      { db: { enabled: true } },
      ['cache', 'db'],
    ],
    [
      'the first condition that is there',
      dependency({ condition: 'db.none,db.inner.live,db.enabled' }),
      {},
      ['cache', 'db'],
    ],
    [
      'a condition that is no truth value',
      dependency({ condition: 'db.enabled' }),
      { db: { enabled: 'no' } },
      ['cache', 'db'],
    ],
    [
      'a default that the user takes away',
      dependency({ condition: 'db.enabled' }),
      { db: { enabled: null } },
      ['cache', 'db'],
    ],
    ['a tag that is off', dependency({ tags: ['storage'] }), { tags: { storage: false } }, ['cache']],
    [
      'one of two tags that is on',
      dependency({ tags: ['storage', 'all'] }),
      { tags: { storage: false, all: true } },
      ['cache', 'db'],
    ],
    [
      'a condition that outdoes a tag',
      dependency({ tags: ['storage'], condition: 'db.enabled' }),
      { tags: { storage: true } },
      ['cache'],
    ],
    [
      'an alias, under which its values are',
      dependency({ alias: 'store', condition: 'store.enabled' }),
      { store: { enabled: false }, db: { enabled: true } },
      ['cache'],
    ],
    [
      'another version than the dependency asks for, but of its name',
      dependency({ version: '2.x', condition: 'db.enabled' }),
      {},
      ['cache'],
    ],
  ];
  for (const [what, more, values, expected] of rows) {
    it(`are those of the subcharts that are used: ${what}`, async () => {
      expect((await namesIn(subcharts, values, more)).toSorted()).to.deep.equal(expected);
    });
  }

  it('follow values that are global, and requirements.yaml of an old chart', async () => {
    const files = {
      ...subcharts,
      'charts/db/Chart.yaml': chartYaml('db', {
        dependencies: [{ name: 'deep', version: '1.0.0', condition: 'global.deep' }],
      }),
      'charts/db/charts/deep/Chart.yaml': chartYaml('deep'),
      'charts/db/charts/deep/crds/e.yaml': definition('deep'),
      'requirements.yaml': dump(dependency({ condition: 'cache.on' }, 'cache')),
    };

    const names = await namesIn(
      files,
      { global: { deep: false }, cache: { on: false } },
      { apiVersion: 'v1' },
    );

    expect(names).to.deep.equal(['db']);
  });

  it('have others beside them, which are kept apart: old definitions, the items of lists, all of any kind', async () => {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } };
    const role = (rules: readonly object[]): object => ({
      ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'a' }, rules },
    });
    const old = definition('a').replace('k8s.io/v1', 'k8s.io/v1beta1');

    const { definitions, others } = await read({
      'crds/a.yaml': `${dump(namespace)}---\n${definition('a')}---\n${dump(namespace)}`,
      'crds/b.yaml': old,
      'crds/c.yaml': dump({ apiVersion: 'v1', kind: 'List', items: [role([]), role([{ verbs: ['get'] }])] }),
    });

    expect(definitions.map(({ metadata }) => metadata.name)).to.deep.equal(['a']);
    expect(others).to.deep.equal([
      namespace,
      {
        apiVersion: 'apiextensions.k8s.io/v1beta1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'a' },
      },
      role([]),
    ]);
  });

  it('are refused where the folder holds anything that is no object, or no YAML', async () => {
    for (const text of [
      'a: 1\n',
      '- a\n',
      'apiVersion: v1\nkind: Namespace\nmetadata: {}\n',
      'apiVersion: v1\n',
    ])
      expect(await complaintAbout({ 'crds/a.yaml': text }), text).to.equal(
        'file crds/a.yaml of the chart holds something that is no object of Kubernetes: each needs apiVersion, kind and metadata.name',
      );
    expect(await complaintAbout({ 'crds/a.yaml': '- a\n- b: secret-thing: c\n' })).to.match(
      /^file crds\/a\.yaml of the chart is not valid YAML at line 2, column \d+: [^:]*$/,
    );
  });
});
