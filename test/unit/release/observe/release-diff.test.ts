import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { settingsOf } from '../../../../src/api/settings.ts';
import type { StoredRelease } from '../../../../src/helm/storage/stored-release.ts';
import { createReleaseDiff } from '../../../../src/release/observe/release-diff.ts';
import type { Plan } from '../../../../src/release/plan.ts';
import { composeValues } from '../../../../src/values/compose.ts';
import { chartArchive } from '../../../support/chart-archive.ts';
import { readersOf } from '../../values/readers.ts';
import { chartOf } from '../reconcile/world/operator-ports.ts';

const signal = new AbortController().signal;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

function stored(config: Record<string, unknown>): StoredRelease {
  return {
    name: 'web',
    namespace: 'shop',
    version: 3,
    info: { status: 'deployed', description: '', firstDeployed: '', lastDeployed: '' },
    chart: {
      metadata: { name: 'web', version: '0.9.0' },
      values: {},
      templates: [
        { name: 'templates/a.yaml', data: base64('same') },
        { name: 'templates/b.yaml', data: base64('old') },
        { name: 'templates/gone.yaml', data: base64('x') },
      ],
    },
    config,
    configText: JSON.stringify(config),
    manifest: '',
    hooks: [],
    applyMethod: 'client',
  };
}

describe('what an upgrade changes of a stored revision', () => {
  let dir: string;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'release-diff-'));
    const files = { 'templates/a.yaml': 'same', 'templates/b.yaml': 'new', 'templates/c.yaml': 'x' };
    const chart = chartArchive({ name: 'web', version: '1.0.0', files });
    await writeFile(join(dir, 'web.tgz'), chart);
  });
  after(async () => {
    await rm(dir, { recursive: true });
  });

  const planOf = async (resetValues: boolean): Promise<Plan> => {
    const settings = settingsOf({
      apiVersion: 'helm.fluxcd.io/v1',
      kind: 'HelmRelease',
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        chart: { git: 'https://git.example/shop.git', path: 'web' },
        resetValues,
        valuesFrom: [{ secretKeyRef: { name: 'db' } }],
        values: { replicas: 2, url: 'https://shop:hunter22@db' },
      },
    });
    const secrets = { 'shop/db': { 'values.yaml': 'db: {password: hunter22}' } };
    const values = await composeValues(settings.valuesFrom, settings.values, readersOf({ secrets }), signal);
    const { releaseName, namespace } = settings;
    return {
      key: 'shop/web',
      target: { releaseName, namespace },
      settings,
      chart: { ...chartOf('x'), path: join(dir, 'web.tgz') },
      values,
      digest: '',
    };
  };
  const diffOf = async (was: StoredRelease | undefined, resetValues = true): Promise<string | undefined> =>
    createReleaseDiff({ read: () => Promise.resolve(was) })(await planOf(resetValues), 3, signal);

  it('is told of chart, templates and values, with nothing of a Secret', async () => {
    const was = stored({ replicas: 1, db: { password: 'hunter11' }, text: 'old' });

    expect((await diffOf(was))?.split('\n')).to.deep.equal([
      '~ chart: web-0.9.0 -> web-1.0.0',
      '~ templates/b.yaml',
      '+ templates/c.yaml',
      '+ templates/config.yaml',
      '- templates/gone.yaml',
      '~ values.db.password: *** -> ***',
      '~ values.replicas: *** -> 2',
      '- values.text',
      '+ values.url: "https://shop:***@db"',
    ]);
  });

  it('shows nothing of values that the chart puts into Secrets, neither those there nor those to come', async () => {
    const manifest = '---\nkind: Secret\nstringData: {url: "https://shop:hunter11@db"}\n';
    const was = { ...stored({ replicas: 2, url: 'https://shop:hunter11@db', text: 'x' }), manifest };

    const diff = await diffOf(was);

    expect(diff).to.include('~ values.url: *** -> ***').and.not.include('https');
  });

  it('is withheld where nobody can tell what the chart puts into Secrets', async () => {
    const diff = await diffOf({ ...stored({ text: 'old' }), manifest: '---\nkind: Secret\n  torn: [\n' });

    expect(diff).to.match(/^what the upgrade changes is not shown, because .*: see helm get all /);
  });

  it('keeps with resetValues: false what nobody overrides', async () => {
    const diff = await diffOf(stored({ text: 'old' }), false);

    expect(diff).to.include('+ values.replicas: 2').and.not.include('values.text');
  });

  it('ends where nobody would read on', async () => {
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`key${String(n)}`, n]));

    const lines = (await diffOf(stored(many)))?.split('\n');

    expect(lines).to.have.length(201);
    expect(lines?.at(-1)).to.match(/^\.\.\. and 8\d\d more$/);
  });

  it('is nothing of a revision that is gone', async () => {
    expect(await diffOf(undefined)).to.equal(undefined);
  });
});
