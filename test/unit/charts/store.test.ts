import { mkdtemp, readdir, rm, truncate, chmod, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ChartUnavailableError } from '../../../src/api/errors.ts';
import type { ChartContent } from '../../../src/charts/chart.ts';
import { type ChartStore, openChartStore, type StoredChart } from '../../../src/charts/store.ts';

describe('openChartStore', () => {
  let dir: string;
  let store: ChartStore;

  const content = (name: string): ChartContent => ({
    name,
    version: '1.0.0',
    digest: name.repeat(4),
    hooks: 'none',
    crds: [],
  });
  const keep = async (name: string, key = name, bytes = 40): Promise<StoredChart> => {
    const file = join(dir, `incoming-${key}`);
    await writeFile(file, Buffer.alloc(bytes));
    return store.keep(key, file, content(name));
  };
  const stored = (): Promise<string[]> => readdir(join(dir, 'store'));

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'store-'));
    store = await openChartStore(join(dir, 'store'), 100);
  });
  afterEach(async () => {
    await rm(dir, { recursive: true });
  });

  it('finds a chart by its key and moves its file', async () => {
    const chart = await keep('a');

    expect(chart.path).to.equal(join(dir, 'store', 'aaaa.tgz'));
    expect(await store.find('a')).to.deep.equal(chart);
    expect(await store.find('b')).to.equal(undefined);
    expect(await readdir(dir)).to.deep.equal(['store']);
  });

  it('counts what was asked for and there, and what had to be brought', async () => {
    await keep('a');
    await keep('a', 'again');
    await store.find('a');
    await store.has('aaaa');
    await store.find('nothing');

    expect(store.stats()).to.deep.include({ hits: 2, misses: 2 });
  });

  it('keeps one content once, whatever keys it came under', async () => {
    const first = await keep('a', 'one');
    const second = await keep('a', 'two');

    expect(second).to.equal(first);
    expect(store.stats()).to.deep.include({ charts: 1, bytes: 40 });
    expect(await store.find('two')).to.equal(first);
    expect(await readdir(dir)).to.deep.equal(['store']);
  });

  it('finds the newer one of two contents that came under one key, also when the older one has left', async () => {
    await keep('a', 'one');
    const newer = await keep('b', 'one');
    await keep('c');

    expect(await stored()).to.have.members(['bbbb.tgz', 'cccc.tgz']);
    expect(await store.find('one')).to.equal(newer);
  });

  it('lets the least recently used chart leave when it gets full', async () => {
    await keep('a');
    await keep('b');
    await store.find('a');
    await keep('c');

    expect(await stored()).to.have.members(['aaaa.tgz', 'cccc.tgz']);
    expect(await store.find('b')).to.equal(undefined);
    expect(store.stats()).to.deep.include({ charts: 2, bytes: 80 });
  });

  it('never lets a pinned chart leave, but then when it is pinned no longer', async () => {
    const release = store.pin(await keep('a'));
    await keep('b');
    await keep('c');
    expect(await stored()).to.have.members(['aaaa.tgz', 'cccc.tgz']);

    release();
    release();
    await keep('d');
    expect(await stored()).to.have.members(['cccc.tgz', 'dddd.tgz']);
  });

  it('keeps a chart that is larger than the whole store as long as it is the newest', async () => {
    await keep('a', 'a', 500);
    expect(await store.has('aaaa')).to.equal(true);

    await keep('b');
    expect(await stored()).to.deep.equal(['bbbb.tgz']);
  });

  it('does not give out a file that was changed or removed', async () => {
    const cut = async (path: string): Promise<void> => {
      await chmod(path, 0o600);
      await truncate(path, 10);
    };
    for (const damage of [cut, rm]) {
      const chart = await keep('a');
      await damage(chart.path);

      expect(await store.find('a')).to.equal(undefined);
      expect(await store.has('aaaa')).to.equal(false);
      expect(store.stats()).to.deep.include({ charts: 0, bytes: 0 });
    }
  });

  it('says so when a chart that has left is to be pinned', () => {
    expect(() => store.pin(content('gone'))).to.throw(
      ChartUnavailableError,
      /chart gone 1\.0\.0 had to make room/,
    );
  });
});
