import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { GitSyncSpec } from '../../../src/api/gitsync/git-sync.ts';
import { SYNC_INDEXES } from '../../../src/sync/triggers.ts';

const secretsOf = (spec: Partial<GitSyncSpec>): readonly string[] =>
  SYNC_INDEXES.secret({
    metadata: { name: 'apps', namespace: 'team' },
    spec: { url: 'https://example.com/a.git', ...spec },
  });

describe('a GitSync is woken', () => {
  it('by its Secrets: that of the repository, and that of the keys', () => {
    const [auth, signers] = [{ name: 'auth' }, { name: 'signers' }];

    expect(secretsOf({})).to.deep.equal([]);
    expect(secretsOf({ secretRef: auth })).to.deep.equal(['team/auth']);
    expect(secretsOf({ verify: { secretRef: signers } })).to.deep.equal(['team/signers']);
    expect(secretsOf({ secretRef: auth, verify: { secretRef: signers } })).to.deep.equal([
      'team/auth',
      'team/signers',
    ]);
    expect(secretsOf({ secretRef: auth, verify: { secretRef: auth } })).to.deep.equal(['team/auth']);
  });
});
