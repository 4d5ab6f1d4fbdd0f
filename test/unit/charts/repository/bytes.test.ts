import { closeSync, openSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { type Bytes, bytesOf, bytesOfFile } from '../../../../src/charts/repository/bytes.ts';
import { cutIndex } from '../../../../src/charts/repository/read-index.ts';

describe('the bytes of a file', () => {
  let dir: string;
  let file: string;
  let opened: number[];

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'bytes-'));
    file = join(dir, 'file');
  });
  beforeEach(() => (opened = []));
  afterEach(() => {
    for (const fd of opened) closeSync(fd);
  });
  after(() => rm(dir, { recursive: true }));

  const open = async (content: Buffer, window: number): Promise<Bytes> => {
    await writeFile(file, content);
    const fd = openSync(file, 'r');
    opened.push(fd);
    return bytesOfFile(fd, content.length, window);
  };

  it('are those of the file, wherever one looks and however little of it is in memory', async () => {
    const content = Buffer.from(Array.from({ length: 100 }, (_, at) => (at * 7) % 50));
    const here = bytesOf(content);
    for (const window of [1, 2, 7, 16, 99, 100, 1_000]) {
      const there = await open(content, window);
      const positions = fc.integer({ min: -2, max: 102 });
      fc.assert(
        fc.property(fc.array(positions), fc.nat(50), (looks, byte) => {
          for (const at of looks) {
            expect(there.at(at)).to.equal(here.at(at));
            const from = Math.max(0, at);
            expect(there.indexOf(byte, from)).to.equal(here.indexOf(byte, from));
            expect(there.text(from, from + byte)).to.equal(here.text(from, from + byte));
          }
        }),
        { numRuns: 30 },
      );
    }
  });

  it('are cut like those in memory, in either layout', async () => {
    const list = [{ version: '1.0.0', urls: ['a\\"b'] }];
    const entries = Object.fromEntries(
      Array.from({ length: 30 }, (_, at): [string, object] => [`chart-${String(at)}`, list]),
    );
    const blocks = Object.keys(entries).map((name) => `  ${name}:\n  - version: 1.0.0 * 2\n`);
    for (const text of [JSON.stringify({ entries }), `a: 1\nentries:\n${blocks.join('')}z: 2\n`]) {
      const content = Buffer.from(text);
      const cut = cutIndex(bytesOf(content));

      expect(cut.instead).to.equal(undefined);
      for (const window of [3, 50, 1_000]) expect(cutIndex(await open(content, window))).to.deep.equal(cut);
    }
  });
});
