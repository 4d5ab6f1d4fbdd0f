import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type CommitFile, readInPortions } from '../../../src/git/files.ts';

const WHERE = 'in commit 0123 of repository https://git.example/deploy';

function fileOf(size: number, at = 0): CommitFile {
  return { path: `apps/${String(at)}.yaml`, blob: String(at), size };
}

describe('reading files of a commit', () => {
  async function portionsOf(files: readonly CommitFile[]): Promise<readonly string[]> {
    const read: string[] = [];
    const taken: string[] = [];
    const contents = readInPortions(files, WHERE, (blobs) => {
      read.push(`${blobs.map(({ id }) => id).join(' ')} after ${String(taken.length)}`);
      return Promise.resolve(blobs.map(({ id }) => Buffer.from(`content of ${id}`)));
    });
    for await (const { file, bytes } of contents) taken.push(`${file.path} ${bytes.toString()}`);
    expect(taken).to.deep.equal(files.map(({ path, blob }) => `${path} content of ${blob}`));
    return read;
  }

  it('asks for nothing where there is none', async () => {
    expect(await portionsOf([])).to.deep.equal([]);
  });

  it('asks for a few megabytes at a time, and for more when those are taken', async () => {
    const files = [4e6, 3e6, 2e6, 5e6, 5e6, 1].map(fileOf);

    expect(await portionsOf(files)).to.deep.equal(['0 1 after 0', '2 3 after 2', '4 5 after 4']);
  });

  it('refuses a file that is too large, and names it', async () => {
    const files = [fileOf(1), fileOf(5_000_001, 1)];

    expect(await portionsOf(files).catch(String)).to.equal(
      `ChartUnavailableError: the file 'apps/1.yaml' ${WHERE} has 5 MB, and one that is read may have 5 MB: make it smaller, or keep it apart from the manifests`,
    );
  });

  it('refuses too much of them', async () => {
    const files = Array.from({ length: 51 }, (_, at) => fileOf(5e6, at));

    expect(await portionsOf(files).catch(String)).to.equal(
      `ChartUnavailableError: the files to read ${WHERE} have 255 MB, and all together may have 250 MB: keep what is no manifest apart from them`,
    );
  });
});
