import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { GitSync, GitSyncSpec, GitSyncStatus } from '../../../src/api/gitsync/git-sync.ts';
import { createIsBeside } from '../../../src/sync/source-key.ts';

const URL = 'https://git.example.com/org/deploy';

function sync(spec: Partial<GitSyncSpec> = {}, status: GitSyncStatus = {}): GitSync {
  return { metadata: { name: 'apps', generation: 2 }, spec: { url: URL, ...spec }, status };
}

const MAIN = sync({ ref: { branch: 'main' } });

describe('two GitSyncs', () => {
  const isBeside = createIsBeside();

  it('read the same commits of one branch, however the address is written', () => {
    expect(
      isBeside(MAIN, sync({ url: 'git@git.example.com:org/deploy.git', ref: { branch: 'main' } })),
    ).to.equal(true);
    expect(isBeside(MAIN, sync({ ref: { branch: 'next' } }))).to.equal(false);
    expect(isBeside(MAIN, sync({ ref: { tag: 'main' } }))).to.equal(false);
    expect(isBeside(MAIN, sync({ url: `${URL}-too`, ref: { branch: 'main' } }))).to.equal(false);
  });

  it('may read the same commits as long as nobody knows the default branch of one', () => {
    expect(isBeside(MAIN, sync())).to.equal(true);
    const applied = (appliedRevision: string, observedGeneration: number): GitSync =>
      sync({}, { appliedRevision, observedGeneration });
    expect(isBeside(MAIN, applied('main@sha1:c0ffee', 2))).to.equal(true);
    expect(isBeside(MAIN, applied('dev@sha1:c0ffee', 2))).to.equal(false);
    expect(isBeside(MAIN, applied('dev@sha1:c0ffee', 1)), 'by another spec').to.equal(true);
  });
});
