import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { settingsOf } from '../../../../src/api/settings.ts';
import type { Chart } from '../../../../src/charts/chart.ts';
import { HelmError } from '../../../../src/helm/errors.ts';
import type { FailureClass } from '../../../../src/helm/errors.ts';
import type { DryRun } from '../../../../src/helm/outcome.ts';
import { decodeRelease, parseRelease } from '../../../../src/helm/storage/codec.ts';
import type { StoredRelease } from '../../../../src/helm/storage/stored-release.ts';
import type { ValuesMap } from '../../../../src/values/merge.ts';
import { upgradeRequest } from '../../../../src/release/act/helm-request.ts';
import { createDifference } from '../../../../src/release/observe/difference.ts';
import type { Plan } from '../../../../src/release/plan.ts';
import { archiveOf } from '../../../support/chart-archive.ts';
import { marksWith } from '../reconcile/world/operator-ports.ts';

const FIXTURES = new URL('../../../fixtures/', import.meta.url);
const signal = new AbortController().signal;

/** The chart `umbrella` as helms of all ages have stored it, and what others say that they would store of it. */
interface Recorded {
  readonly stored: Readonly<Record<string, string>>;
  readonly rehearsed: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

describe('what differs between a release and what is wanted', () => {
  let dir: string;
  let recorded: Recorded;
  let packages = 0;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'difference-'));
    recorded = JSON.parse(
      await readFile(new URL('helm-storage/umbrella.json', FIXTURES), 'utf8'),
    ) as Recorded;
  });

  after(() => rm(dir, { recursive: true, force: true }));

  /** The chart as it is, but for some of its files. */
  async function packed(changed: Readonly<Record<string, string>> = {}): Promise<string> {
    const root = new URL('charts/umbrella/', FIXTURES).pathname;
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((each) => each.isFile())
      .map((each) => join(each.parentPath, each.name).slice(root.length));
    const files = await Promise.all(
      [...new Set([...paths, ...Object.keys(changed)])].map(async (path) => ({
        path: `umbrella/${path}`,
        content: changed[path] ?? (await readFile(join(root, path), 'utf8')),
      })),
    );
    const archive = join(dir, `${String(++packages)}.tgz`);
    await writeFile(archive, archiveOf(files));
    return archive;
  }

  interface Case {
    readonly values?: ValuesMap;
    readonly chart?: Partial<Chart>;
    readonly changed?: Readonly<Record<string, string>>;
    readonly resetValues?: boolean;
    readonly stored?: StoredRelease;
    readonly dryRun?: DryRun;
  }

  const storedBy = (helm: string): Promise<StoredRelease> => decodeRelease(recorded.stored[helm] ?? '');
  const rehearsal = (made: string, helm: string): DryRun => ({
    kind: 'ok',
    release: parseRelease(recorded.rehearsed[made]?.[helm] ?? '', 'a rehearsal'),
  });
  /** Nothing of a subchart: then what helm stores is what the chart says. */
  const simple = async (): Promise<StoredRelease> => {
    const stored = await storedBy('4.3.1');
    const values = { text: 'hello', nothing: null, lib: { size: 5 } };
    return { ...stored, chart: { ...stored.chart, values } };
  };

  async function difference(of: Case): Promise<{ found: string | undefined; rehearsals: number }> {
    const stored = of.stored ?? (await simple());
    let rehearsals = 0;
    const differenceFrom = createDifference({
      storage: { read: () => Promise.resolve(stored) },
      helm: {
        dryRun: () => {
          rehearsals++;
          return Promise.resolve(of.dryRun ?? failed('OTHER'));
        },
      },
      upgradeOf: (plan) => upgradeRequest(plan, 1, marksWith(Buffer.alloc(32))),
    });
    const found = await differenceFrom(await planOf(of), 1, signal);
    return { found, rehearsals };
  }

  async function planOf({ values = { lib: { size: 7 } }, chart, changed, resetValues }: Case): Promise<Plan> {
    const settings = settingsOf({
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        chart: { git: 'https://git.example/charts', path: 'umbrella' },
        ...(resetValues === undefined ? {} : { resetValues }),
      },
    });
    return {
      key: 'shop/web',
      target: { releaseName: 'web', namespace: 'shop' },
      settings,
      digest: `v1.00000000.${'0'.repeat(40)}`,
      values: { files: [], inline: values, merged: values, warnings: [], secrets: [] },
      chart: {
        ...{
          name: 'umbrella',
          version: '1.0.0',
          appVersion: '2.0',
          digest: '',
          hooks: 'none',
          crds: [],
          bytes: 1_000,
        },
        ...{ revision: 'abc', path: await packed(changed) },
        ...chart,
      },
    };
  }

  const failed = (kind: FailureClass): DryRun => ({
    kind: 'failed',
    error: new HelmError('no', { class: kind, reason: 'HelmFailed', retry: 'backoff' }),
  });

  it('is nothing where all is the same, and helm is not even asked', async () => {
    expect(await difference({})).to.deep.equal({ found: undefined, rehearsals: 0 });
  });

  for (const [what, given, words] of [
    ['a value', { values: { lib: { size: 8 }, text: 'x' } }, 'the values (lib.size, text)'],
    ['a default of the chart', { changed: { 'values.yaml': 'text: bye\n' } }, "the chart's own values"],
    [
      'a template',
      { changed: { 'templates/config-map.yaml': '# other\n' } },
      'the template templates/config-map.yaml',
    ],
    ['another template', { changed: { 'templates/new.yaml': '# new\n' } }, 'the template templates/new.yaml'],
  ] as const) {
    it(`is told in words: ${what}`, async () => {
      expect((await difference(given)).found).to.equal(words);
    });
  }

  it('is another chart whatever it is rendered to', async () => {
    const dryRun = rehearsal('4.3.1', '4.3.1');

    for (const chart of [{ name: 'other' }, { version: '1.0.1' }]) {
      expect(await difference({ chart, dryRun })).to.deep.equal({
        found: 'the chart was umbrella-1.0.0',
        rehearsals: 0,
      });
    }
    expect(await difference({ chart: { appVersion: '3' }, dryRun })).to.deep.equal({
      found: 'the app version of the chart',
      rehearsals: 0,
    });
  });

  it('is only what the new values change where the old ones are kept', async () => {
    expect((await difference({ values: {}, resetValues: false })).found).to.equal(undefined);
    expect((await difference({ values: { text: 'x' }, resetValues: false })).found).to.equal(
      'the values (text)',
    );
  });

  // 3.7.0 is the library that is built into Helm Operator 1.4.4.
  for (const made of ['3.7.0', '3.22.0', '4.3.1']) {
    for (const helm of ['3.22.0', '4.3.1']) {
      it(`is nothing for a chart with subcharts and a random password that helm ${made} released, to helm ${helm}`, async () => {
        const stored = await storedBy(made);
        const dryRun = rehearsal(made, helm);
        const password = (release: StoredRelease): string | undefined =>
          /password: (.*)/.exec(release.manifest)?.[1];

        expect(dryRun.kind === 'ok' && password(dryRun.release)).not.to.equal(password(stored));
        expect(await difference({ stored, dryRun })).to.deep.equal({ found: undefined, rehearsals: 1 });
      });
    }
  }

  it('is excused by objects and hooks that are rendered the same, in whatever order and spelling', async () => {
    const stored = { ...(await simple()), manifest: 'a: 1\nb: [x]\n---\nc: 1\n' };
    const release = { ...stored, config: {}, manifest: '# Source\nc: 1\n---\nb:\n- x\na: 1.0\n' };

    expect((await difference({ stored, values: {}, dryRun: { kind: 'ok', release } })).found).to.equal(
      undefined,
    );
  });

  const hook = { name: 'h', kind: 'Job', path: 'h', manifest: 'a: 1\n', events: ['pre-upgrade'] };
  const others: readonly (readonly [string, Partial<StoredRelease>])[] = [
    ['objects', { manifest: 'a: 2\n' }],
    ['hooks', { hooks: [{ ...hook, lastRun: { startedAt: '', phase: '' } }] }],
  ];
  for (const [what, change] of others) {
    it(`is not excused by other ${what}`, async () => {
      const stored = { ...(await simple()), manifest: 'a: 1\n' };
      const release = { ...stored, config: {}, ...change };

      expect((await difference({ stored, values: {}, dryRun: { kind: 'ok', release } })).found).to.equal(
        'the values (lib)',
      );
    });
  }

  it('is not excused by a rehearsal that fails', async () => {
    expect((await difference({ values: {}, dryRun: failed('TEMPLATE') })).found).to.equal('the values (lib)');
  });

  for (const kind of ['UNREACHABLE', 'KILLED', 'RUN_LIMIT'] as const) {
    it(`is not known after a rehearsal that says nothing (${kind})`, async () => {
      const answer = await difference({ values: {}, dryRun: failed(kind) }).catch(
        (caught: unknown) => caught,
      );

      expect(answer).to.be.instanceOf(HelmError);
    });
  }
});
