import { expect } from 'chai';
import { InvalidSpecError } from '../../../../src/api/errors.ts';
import type { GitSync, GitSyncSpec } from '../../../../src/api/gitsync/git-sync.ts';
import { syncSettingsOf } from '../../../../src/api/gitsync/settings.ts';

const url = 'https://git.example.com/org/deploy.git';

const sync = (spec: Partial<GitSyncSpec> = {}): GitSync => ({
  metadata: { name: 'production', namespace: 'team-a' },
  spec: { url, ...spec },
});

describe('syncSettingsOf', () => {
  it('applies every default', () => {
    expect(syncSettingsOf(sync())).to.deep.equal({
      key: { namespace: 'team-a', name: 'production' },
      url,
      ref: { kind: 'default' },
      paths: [''],
      intervalMs: 60_000,
      secretRef: undefined,
      account: 'system:serviceaccount:team-a:default',
      prune: false,
      suspend: false,
      ignore: [],
      forceConflicts: true,
      deletionPolicy: 'orphan',
      verify: undefined,
    });
  });

  it('verifies tags only where the ref is one', () => {
    const verify = { mode: 'TagAndCommit', secretRef: { name: 'signers' } } as const;

    expect(() => syncSettingsOf(sync({ verify }))).to.throw(
      InvalidSpecError,
      'spec.verify.mode is TagAndCommit, but only a tag that ref names can be verified as one',
    );
    expect(syncSettingsOf(sync({ verify, ref: { semver: '1.x' } })).verify?.mode).to.equal('TagAndCommit');
  });

  it('takes what is given', () => {
    const settings = syncSettingsOf(
      sync({
        ref: { branch: 'main' },
        path: 'clusters/production',
        interval: '1h30m',
        secretRef: { name: 'git-auth' },
        serviceAccountName: 'deployer',
        prune: true,
        suspend: true,
        ignore: [{ kind: 'Deployment', paths: ['/spec/replicas'] }],
        forceConflicts: false,
        deletionPolicy: 'delete',
        verify: { secretRef: { name: 'signers' } },
      }),
    );

    expect(settings).to.deep.equal({
      key: { namespace: 'team-a', name: 'production' },
      url,
      ref: { kind: 'branch', value: 'main' },
      paths: ['clusters/production'],
      intervalMs: 5_400_000,
      secretRef: { namespace: 'team-a', name: 'git-auth' },
      account: 'system:serviceaccount:team-a:deployer',
      prune: true,
      suspend: true,
      ignore: [{ kind: 'Deployment', pointers: [['spec', 'replicas']] }],
      forceConflicts: false,
      deletionPolicy: 'delete',
      verify: { mode: 'Commit', secretRef: { namespace: 'team-a', name: 'signers' } },
    });
  });

  it('takes the white space around a URL away', () => {
    expect(syncSettingsOf(sync({ url: ` ${url}\n` })).url).to.equal(url);
  });

  it('refuses an empty URL', () => {
    expect(() => syncSettingsOf(sync({ url: ' ' }))).to.throw(
      InvalidSpecError,
      'spec.url is empty: set the URL of the Git repository',
    );
  });

  it('refuses a password in the URL, and does not repeat it', () => {
    expect(() => syncSettingsOf(sync({ url: 'https://me:hunter2@git.example.com/x' })))
      .to.throw(InvalidSpecError, /^spec\.url: the URL holds a password, .* name it in secretRef$/)
      .with.property('message')
      .that.does.not.contain('hunter2');
  });
});
