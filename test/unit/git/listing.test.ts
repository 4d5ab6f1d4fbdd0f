import { expect } from 'chai';
import { describe, it } from 'mocha';
import { filesBelow } from '../../../src/git/files.ts';
import { listFiles } from '../../../src/git/listing.ts';
import type { LocalGit } from '../../../src/git/local.ts';
import type { Repository } from '../../../src/git/repository.ts';
import type { Place } from '../../../src/git/tree.ts';

const never = new AbortController().signal;
const ID = 'a'.repeat(40);
const PLACE: Place = {
  repository: { path: '/mirror' } as Repository,
  commit: 'c'.repeat(40),
  path: 'apps',
  shown: 'https://git.example/deploy',
  purpose: 'manifests',
};

/** A git that knows one folder with so many files of 10 bytes. */
function gitWith(files: number): LocalGit {
  const records = Array.from(
    { length: files },
    (_, at) => `100644 blob ${ID}      10\tf${String(at)}.yaml\0`,
  );
  return {
    bytes: () => Promise.resolve(Buffer.from(`${ID} tree 10\n`)),
    text: () => Promise.resolve(records.join('')),
  };
}

describe('a folder with too much in it', () => {
  const where = "the folder 'apps' of commit cccccccccccc of repository https://git.example/deploy";

  it('of manifests is refused in words about manifests', async () => {
    expect(await filesBelow(gitWith(20_000), PLACE, never)).to.have.length(20_000);
    expect(await filesBelow(gitWith(20_001), PLACE, never).catch(String)).to.equal(
      `ChartUnavailableError: ${where} holds more than 20000 files: keep what is no manifest out of that folder`,
    );
  });

  it('of a chart is refused in words about charts', async () => {
    const limits = { files: 2, bytes: 15, fileBytes: 10 };
    const place = { ...PLACE, purpose: 'chart' } as const;

    expect(await listFiles(gitWith(2), place, ID, limits, never).catch(String)).to.equal(
      `ChartUnavailableError: ${where} holds more than 15 bytes: keep what is no part of the chart out of that folder`,
    );
  });
});
