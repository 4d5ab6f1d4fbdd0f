import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Mounted, openMounted } from '../../../../src/charts/access/mounted.ts';
import { eventually } from '../../../support/eventually.ts';

describe('a file that may be mounted late, replaced or taken away', () => {
  let dir: string;
  let file: string;
  let mounted: Mounted<string> | undefined;
  let reads: number;
  let changes: number;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'mounted-'));
    file = join(dir, 'volume', 'file');
    reads = 0;
    changes = 0;
  });
  afterEach(async () => {
    mounted?.close();
    await rm(dir, { recursive: true });
  });

  const open = async (): Promise<Mounted<string>> => {
    mounted = await openMounted({
      lookEveryMs: 5,
      load: async (read) => {
        reads += 1;
        return read(file).catch((error: unknown) => (error as Error).message);
      },
    });
    mounted.onChange(() => (changes += 1));
    return mounted;
  };
  const becomes = (text: string): Promise<void> =>
    eventually(() => {
      expect(mounted?.current()).to.equal(text);
    });

  it('is read when it comes, and again when it changes, is replaced or goes', async () => {
    const { current } = await open();
    expect(current()).to.equal('does not exist');

    await mkdir(join(dir, 'volume'));
    await writeFile(file, 'one');
    await becomes('one');

    await writeFile(file, 'two');
    await becomes('two');

    await writeFile(`${file}.new`, 'six'); // as long as the one before
    await rename(`${file}.new`, file);
    await becomes('six');

    await rm(file);
    await becomes('does not exist');
    expect(changes).to.be.greaterThanOrEqual(4);
  });

  it('is read again when the link of a mounted Secret leads elsewhere', async () => {
    const volume = join(dir, 'volume');
    for (const text of ['old', 'new']) {
      await mkdir(join(volume, text), { recursive: true });
      await writeFile(join(volume, text, 'file'), text);
    }
    await symlink('old', join(volume, '..data'));
    await symlink('..data/file', file);
    const { current } = await open();
    expect(current()).to.equal('old');

    await symlink('new', join(volume, '..tmp'));
    await rename(join(volume, '..tmp'), join(volume, '..data'));

    await becomes('new');
  });

  it('is not read while it stays as it is, nor once nobody wants it', async () => {
    await mkdir(join(dir, 'volume'));
    await writeFile(file, 'one');
    const { close } = await open();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([reads, changes]).to.deep.equal([1, 0]);

    close();
    await writeFile(file, 'two');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([reads, changes]).to.deep.equal([1, 0]);
  });

  it('says why it cannot be read', async () => {
    await mkdir(file, { recursive: true });
    const { current } = await open();
    expect(current()).to.equal('is a folder');

    await rm(file, { recursive: true });
    await writeFile(file, Buffer.alloc(1_000_001));
    await becomes('is larger than 1 MB');
  });
});
