import { expect } from 'chai';
import { describe, it } from 'mocha';
import { nearestFolders } from '../../../src/git/nearest-folders.ts';

describe('for a folder that is not there', () => {
  const files = [
    'README.md',
    'clusters/production/shop/web.yaml',
    'clusters/test/web.yaml',
    'base/web.yaml',
    'b\nd/web.yaml',
    ...Array.from({ length: 7 }, (_, at) => `teams/t${String(at)}/x.yaml`),
  ];
  const rows = [
    {
      path: 'clusters/prodution',
      says: "did you mean 'clusters/production' or 'clusters/production/shop'?",
    },
    { path: 'cluster/production', says: "did you mean 'clusters/production' or 'clusters/production/shop'?" },
    { path: 'production', says: "did you mean 'clusters/production' or 'clusters/production/shop'?" },
    { path: 'clusters/zz', says: "'clusters' has the folders 'clusters/production', 'clusters/test'" },
    { path: 'zz/zz/zz', says: "the repository has the folders 'base', 'clusters', 'teams'" },
    { path: 'base/zz', says: "'base' has no folder in it" },
    {
      path: 'teams/zzzzzz',
      says: "'teams' has the folders 'teams/t0', 'teams/t1', 'teams/t2', 'teams/t3', 'teams/t4' and 2 more",
    },
  ];
  for (const { path, says } of rows) {
    it(`as '${path}', says: ${says}`, () => {
      expect(nearestFolders(path, files)).to.equal(says);
    });
  }

  it('says that there is none at all', () => {
    expect(nearestFolders('clusters', ['README.md'])).to.equal('the repository has no folder');
  });
});
