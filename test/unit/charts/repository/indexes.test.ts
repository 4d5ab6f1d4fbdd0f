import { mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { HttpClient } from '../../../../src/charts/http/http-client.ts';
import { createIndexReader } from '../../../../src/charts/repository/index-reader.ts';
import { createIndexes, type Indexes } from '../../../../src/charts/repository/indexes.ts';
import { repositoryOf } from '../../../../src/charts/repository/repository.ts';
import { IndexClosedError, openIndex } from '../../../../src/charts/repository/stored-index.ts';
import { sha256 } from '../../../support/chart-archive.ts';

const signal = new AbortController().signal;
const indexOf = (version: string, padding = 0): string =>
  [
    'apiVersion: v1',
    'entries:',
    ...['web', 'db'].flatMap((name) => [`  ${name}:`, `  - version: ${version}`, `    urls: [${name}.tgz]`]),
    `# ${'x'.repeat(padding)}`,
    '',
  ].join('\n');

describe('the indexes of repositories', () => {
  let dir: string;
  let asked: string[];
  let indexes: Indexes;
  let bodies: Map<string, string>;
  let now: number;
  /** Of hosts that take their time. */
  let answers: Map<string, Promise<void>>;
  /** Hosts that keep no track of what they have sent. */
  let repeats: Set<string>;

  beforeEach(async () => {
    answers = new Map();
    repeats = new Set();
    dir = await mkdtemp(join(tmpdir(), 'indexes-'));
    asked = [];
    bodies = new Map();
    now = 0;
  });
  afterEach(async () => {
    await indexes.close();
    expect(await open()).to.deep.equal([]);
    await rm(dir, { recursive: true });
  });

  function start(o: { readonly maxStoredBytes?: number }): void {
    const http: Pick<HttpClient, 'download'> = {
      download: async ({ url, headers }, file) => {
        const body = bodies.get(url.hostname) ?? '';
        const etag = sha256(Buffer.from(body));
        const known = headers?.['if-none-match'] === etag;
        asked.push(`${url.hostname} ${known ? '304' : '200'}`);
        await answers.get(url.hostname);
        if (known && !repeats.has(url.hostname)) return { status: 304, headers: {}, saved: undefined };
        await writeFile(file, body);
        return { status: 200, headers: { etag }, saved: { bytes: body.length, sha256: etag } };
      },
    };
    indexes = createIndexes({
      http: http as HttpClient,
      reader: createIndexReader(),
      clock: { now: () => new Date(now), monotonicMs: () => now },
      dir,
      ...o,
    });
  }

  /** Files of `dir` that this process holds open, with a name or without. */
  async function open(): Promise<readonly string[]> {
    const links = (await readdir('/proc/self/fd')).map((fd) =>
      readlink(join('/proc/self/fd', fd)).catch(() => ''),
    );
    return (await Promise.all(links)).filter((path) => path.startsWith(dir));
  }

  const versionOf = async (host: string, chart = 'web'): Promise<string | undefined> => {
    const repository = repositoryOf({ url: `https://${host}`, scope: '' });
    return (await indexes.entries(repository, chart, { since: now, signal }))[0]?.version;
  };

  it('take no more disk than they may: the least recently used one is downloaded again', async () => {
    start({ maxStoredBytes: 25_000 });
    for (const host of ['a', 'b', 'c']) bodies.set(host, indexOf(`1.0.0-${host}`, 10_000));

    for (const host of ['a', 'b', 'a', 'c', 'a', 'b']) {
      now += 1;
      expect(await versionOf(host)).to.equal(`1.0.0-${host}`);
      expect((await open()).length).to.be.at.most(2);
    }
    expect(asked).to.deep.equal(['a 200', 'b 200', 'a 304', 'c 200', 'a 304', 'b 200']);
    expect(await readdir(dir)).to.deep.equal([]);
  });

  for (const answer of ['304', 'the same again'] as const) {
    it(`are downloaded again when they had to make room while their server was asked, and answers ${answer}`, async () => {
      start({ maxStoredBytes: 25_000 });
      for (const host of ['a', 'b', 'c', 'd']) bodies.set(host, indexOf(`1.0.0-${host}`, 10_000));
      await versionOf('a');
      now += 1;
      const { promise, resolve } = Promise.withResolvers<undefined>();
      answers.set('a', promise);
      if (answer !== '304') repeats.add('a');

      const asking = versionOf('a', 'db');
      for (const host of ['b', 'c', 'd']) await versionOf(host);
      answers.clear();
      resolve(undefined);

      expect(await asking).to.equal('1.0.0-a');
      expect(asked).to.deep.equal(['a 200', 'a 304', 'b 200', 'c 200', 'd 200', 'a 200']);
      expect((await open()).length).to.be.at.most(2);
      expect(await readdir(dir)).to.deep.equal([]);
    });
  }

  it('are read to the end by who reads them while others take their place', async () => {
    start({ maxStoredBytes: 1 });
    for (const host of ['a', 'b', 'c']) bodies.set(host, indexOf(`1.0.0-${host}`));

    const read = async (host: string, chart: string): Promise<void> => {
      for (let times = 0; times < 20; times += 1) {
        now += 1;
        bodies.set(host, indexOf(`1.0.0-${host}`, times));
        expect(await versionOf(host, chart)).to.equal(`1.0.0-${host}`);
      }
    };
    await Promise.all(['a', 'b', 'c'].flatMap((host) => [read(host, 'web'), read(host, 'db')]));
  });

  it('that were closed say so to who has them still, once who reads them is through', async () => {
    start({});
    const file = join(dir, 'index');
    await writeFile(file, indexOf('1.0.0'));
    const index = await openIndex(file, createIndexReader(), signal);

    const reading = index.entries('web', signal);
    await index.close();

    expect((await reading)?.[0]?.version).to.equal('1.0.0');
    expect(await index.entries('db', signal).catch((caught: unknown) => caught)).to.be.instanceOf(
      IndexClosedError,
    );
  });
});
