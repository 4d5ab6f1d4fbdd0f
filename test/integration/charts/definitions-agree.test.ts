import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { dump } from 'js-yaml';
import { tool } from '../../../hack/testenv/testenv.ts';
import { readDefinitions } from '../../../src/charts/content/definitions.ts';
import { createSemaphore } from '../../../src/process/semaphore.ts';
import type { ValuesMap } from '../../../src/values/merge.ts';
import { chartArchive } from '../../support/chart-archive.ts';
import { run } from '../../support/run.ts';
import { signal } from './harness.ts';

const CHARTS = 25;
const SEED = 20_261_123;
const NAMES = ['db', 'cache', 'queue'] as const;
const SWITCHES = ['db.on', 'cache.on', 'store.on', 'db.queue.on', 'store.queue.on', 'global.on', 'queue.on'];

interface Sample {
  readonly dependencies: readonly object[];
  readonly nested: readonly object[];
  readonly defaults: ValuesMap;
  readonly ofSubcharts: ValuesMap;
  readonly values: ValuesMap;
}

/** Whether each of the switches is set, and to what. Of a default that is null the two majors think differently. */
const settingsWith = (...more: readonly null[]): fc.Arbitrary<ValuesMap> =>
  fc
    .array(
      fc.tuple(
        fc.constantFrom(...SWITCHES, 'tags.a', 'tags.b'),
        fc.constantFrom<unknown>(true, false, 'text', ...more),
      ),
      { maxLength: 4 },
    )
    .map((given) =>
      given.reduce<ValuesMap>((map, [path, value]) => withPath(map, path.split('.'), value), {}),
    );

const dependencyOn = (
  names: readonly string[],
): fc.Arbitrary<{ readonly name: string; readonly alias: string }> =>
  fc.record({
    name: fc.constantFrom(...names),
    version: fc.constantFrom('1.0.0', '1.x', '>=0.5.0', '2.x'),
    repository: fc.constant(''),
    condition: fc.constantFrom('', ...SWITCHES, 'store.on,global.on', 'nothing.here,cache.on'),
    alias: fc.constantFrom('', '', 'store'),
    tags: fc.subarray(['a', 'b']),
  });

const samples = fc.record<Sample>({
  // Helm refuses two of one name.
  dependencies: fc.uniqueArray(dependencyOn(NAMES), {
    maxLength: 3,
    selector: ({ name, alias }) => alias || name,
  }),
  nested: fc.array(dependencyOn(['queue']), { maxLength: 1 }),
  defaults: settingsWith(),
  ofSubcharts: settingsWith(),
  values: settingsWith(null),
});

describe('the definitions that helm would create', () => {
  let dir: string;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'definitions-agree-'));
  });
  after(async () => {
    await rm(dir, { recursive: true });
  });

  for (const name of ['helm', 'helm3'] as const) {
    it(`are those that are read, for ${String(CHARTS)} charts with subcharts and ${name}`, async function () {
      this.timeout(60_000);
      const helm = await tool(name);
      const slots = createSemaphore(3);

      await Promise.all(
        fc.sample(samples, { seed: SEED, numRuns: CHARTS }).map((sample, at) =>
          slots.run(signal, async () => {
            const archive = join(dir, `${name}-${String(at)}.tgz`);
            const values = join(dir, `${name}-${String(at)}.json`);
            await writeFile(archive, chartOf(sample));
            await writeFile(values, JSON.stringify(sample.values));
            const env = { PATH: '/usr/bin:/bin', HOME: dir };
            const rendered = await run(helm, ['template', archive, '--include-crds', '--values', values], {
              env,
            });

            const { definitions: read, others } = await readDefinitions(archive, sample.values);

            expect(
              read.map(({ metadata }) => metadata.name).toSorted(),
              JSON.stringify(sample),
            ).to.deep.equal(namesIn(rendered));
            expect(others.map(({ metadata }) => metadata.name)).to.deep.equal(['beside']);
            expect(rendered).to.contain('name: beside');
          }),
        ),
      );
    });
  }
});

function chartOf({ dependencies, nested, defaults, ofSubcharts }: Sample): Buffer {
  const files: Record<string, string> = {
    'values.yaml': JSON.stringify(defaults),
    'crds/own.yaml': definition('own'),
    'crds/beside.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: beside\n',
  };
  for (const name of NAMES) {
    const chart = { apiVersion: 'v2', name, version: '1.0.0', dependencies: name === 'db' ? nested : [] };
    files[`charts/${name}/Chart.yaml`] = dump(chart);
    files[`charts/${name}/values.yaml`] = JSON.stringify(ofSubcharts);
    files[`charts/${name}/crds/a.yaml`] = definition(name);
  }
  files['charts/db/charts/queue/Chart.yaml'] = dump({ apiVersion: 'v2', name: 'queue', version: '1.0.0' });
  files['charts/db/charts/queue/crds/a.yaml'] = definition('nested');
  return chartArchive({ name: 'web', version: '1.0.0', more: { dependencies }, files });
}

function definition(name: string): string {
  return dump({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${name}.example.com` },
  });
}

function namesIn(rendered: string): readonly string[] {
  const names = [...rendered.matchAll(/kind: CustomResourceDefinition\nmetadata:\n {2}name: (\S+)/g)];
  return [...new Set(names.map(([, name = '']) => name))].sort();
}

function withPath(map: ValuesMap, [key = '', ...rest]: readonly string[], value: unknown): ValuesMap {
  const below = map[key];
  const inner = typeof below === 'object' && below !== null ? (below as ValuesMap) : {};
  return { ...map, [key]: rest.length === 0 ? value : withPath(inner, rest, value) };
}
