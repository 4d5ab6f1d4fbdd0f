import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  createIndexReader,
  type Cut,
  type IndexReader,
} from '../../../../src/charts/repository/index-reader.ts';

const signal = new AbortController().signal;

type Form = 'yaml' | 'json' | 'flow';

/** Over a megabyte, so that a thread reads it. */
const large = (form: Form): string => {
  const entries = Array.from({ length: 200 }, (_, at) => ({
    ...{ name: `chart-${String(at)}`, description: 'x'.repeat(8_000) },
  }));
  const byName = Object.fromEntries(
    entries.map(({ name, description }) => [name, [{ version: '1.0.0', description }]]),
  );
  if (form === 'json') return JSON.stringify({ apiVersion: 'v1', entries: byName });
  if (form === 'flow') return `apiVersion: v1\nentries: ${JSON.stringify(byName)}\n`;
  const blocks = entries.map(
    ({ name, description }) => `  ${name}:\n  - version: 1.0.0\n    description: ${description}\n`,
  );
  return `apiVersion: v1\nentries:\n${blocks.join('')}`;
};

describe('createIndexReader', () => {
  let dir: string;
  let file: string;
  let reader: IndexReader;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'index-reader-'));
    file = join(dir, 'index');
    reader = createIndexReader();
  });
  after(() => rm(dir, { recursive: true }));

  const cut = async (text: string, stop = signal): Promise<Cut> => {
    await writeFile(file, text);
    return reader.cut(file, stop);
  };
  const complaint = async (text: string, stop?: AbortSignal): Promise<string> => {
    const caught: unknown = await cut(text, stop).catch((error: unknown) => error);
    return caught instanceof Error ? caught.message : String(caught);
  };

  for (const form of ['yaml', 'json', 'flow'] as const) {
    it(`reads a large index of ${form} in a thread, and the event loop goes on meanwhile`, async () => {
      let turns = 0;
      const ticking = setInterval(() => (turns += 1), 1);

      const { charts, form: kept } = await cut(large(form));
      clearInterval(ticking);

      expect(turns).to.be.greaterThan(2);
      expect(charts.size).to.equal(200);
      const { start = 0, end = 0 } = charts.get('chart-7') ?? {};
      const handle = await open(file);
      const { buffer } = await handle.read(Buffer.alloc(end - start), 0, end - start, start);
      await handle.close();
      expect(await reader.read(buffer, kept, signal)).to.deep.equal([{ version: '1.0.0' }]);
    });
  }

  it('leaves an index in a usual layout as it is, and keeps only what counts of another', async () => {
    await cut(large('json'));
    expect(await readFile(file, 'utf8')).to.equal(large('json'));
    await cut(large('flow'));
    expect(await readFile(file, 'utf8')).not.to.include('xxxx');
  });

  it('gives back from the thread what is wrong with an index', async () => {
    expect(await complaint(`{${large('yaml')}`)).to.match(/^is not YAML: /);
  });

  it('does not take the memory of the whole program for one that has to be parsed', async () => {
    const many = Array.from({ length: 300_000 }, () => '{version: 1.0.0, a: [b]}').join(', ');

    expect(await complaint(`entries: {web: [${many}]}\n`)).to.equal('is too large to read in its layout');
  }).timeout(30_000);

  it('ends the thread when it is aborted', async () => {
    const stop = new AbortController();
    const reading = complaint(large('flow'), stop.signal);
    stop.abort(new Error('stopping'));

    expect(await reading).to.equal('stopping');
  });
});
