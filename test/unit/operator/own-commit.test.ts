import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { OwnCommitSource } from '../../../src/api/chart-source.ts';
import { CredentialsError } from '../../../src/api/errors.ts';
import type { GitSync } from '../../../src/api/gitsync/git-sync.ts';
import { ignoreRulesOf } from '../../../src/api/gitsync/ignore.ts';
import type { Pointer } from '../../../src/api/gitsync/pointer.ts';
import { createOwnCommitOf, type OwnCommitOptions } from '../../../src/operator/own-commit.ts';
import type { OwnCommit } from '../../../src/release/desire/own-chart.ts';
import { createClaims } from '../../../src/sync/claims.ts';
import { specDigest } from '../../../src/sync/spec-digest.ts';

const signal = new AbortController().signal;
const sync: GitSync = {
  metadata: { name: 'team', namespace: 'shop' },
  spec: { url: 'https://git.example.com/x' },
};
const remote = { url: 'https://git.example.com/x', scope: 'shop/login/1' };
const SPEC = { chart: { path: 'web' }, values: { replicas: 1, text: 'a' }, suspend: false };
const SAID = {
  ...{ release: 'shop/web', uid: 'u1', sync: { namespace: 'shop', name: 'team' }, commit: 'c1' },
  spec: SPEC,
};
const KEY = Buffer.alloc(32, 1);

function world(more: Partial<OwnCommitOptions> = {}, ignored: readonly Pointer[] = []) {
  const claims = createClaims();
  const ownCommitOf = createOwnCommitOf({
    claims,
    find: (key) => (key === 'shop/team' ? sync : undefined),
    isSynced: () => true,
    remoteOf: () => Promise.resolve(remote),
    digestKey: KEY,
    ...more,
  });
  return {
    /** As the GitSync has it in its inventory. */
    hold: (uid: string | undefined, ...charts: readonly string[]) => {
      const id = { group: 'helm.fluxcd.io', kind: 'HelmRelease', namespace: 'shop', name: 'web' };
      const known = uid === undefined ? {} : { uid, spec: specDigest(SPEC, ignored, KEY) };
      claims.put(
        'shop/team',
        new Map([['key', { id, version: 'v1', commit: 'c', made: true, charts, ...known }]]),
      );
    },
    holdNothing: () => {
      claims.put('shop/team', new Map());
    },
    ask: (said: Partial<OwnCommitSource['said']> = {}, path = 'web'): Promise<OwnCommit> =>
      ownCommitOf({ kind: 'own-commit', path, skipDepUpdate: false, said: { ...SAID, ...said } }, signal),
  };
}

describe('the commit that a HelmRelease came with', () => {
  it('is the one that it names, if its GitSync holds it with this chart of this commit', async () => {
    const { hold, ask } = world();
    hold('u1', 'c1:web');
    const account = { sync: 'shop/team', user: 'system:serviceaccount:shop:default' };
    expect(await ask()).to.deep.equal({ kind: 'commit', commit: 'c1', remote, account });
    hold('u1', 'c1:web', 'c2:web');
    expect(await ask()).to.include({ commit: 'c1' });
    expect(await ask({ commit: 'c2' })).to.include({ commit: 'c2' });
  });

  it('is not known while its spec is another than in Git, whoever says that it comes from there', async () => {
    const { hold, ask } = world();
    hold('u1', 'c1:web');
    const edited: readonly unknown[] = [
      { ...SPEC, values: { ...SPEC.values, text: 'b' } },
      { ...SPEC, values: { ...SPEC.values, rules: ['*'] } },
      { ...SPEC, targetNamespace: 'kube-system' },
      { ...SPEC, valuesFrom: [{ secretKeyRef: { name: 'x', namespace: 'kube-system' } }] },
      { chart: SPEC.chart },
      undefined,
    ];
    for (const spec of edited) {
      const own = await ask({ spec });
      expect(own).to.have.property('kind', 'not-known-yet');
      expect(own)
        .to.have.property('why')
        .that.includes('GitSync shop/team, which has another spec for it in Git');
    }
    expect(await ask({ spec: { ...SPEC, suspend: true } })).to.include({ kind: 'commit' });
  });

  it('is known with another value where its GitSync leaves that to others', async () => {
    const ignore = [{ kind: 'HelmRelease', paths: ['/spec/values/replicas'] }];
    const leaving: GitSync = { ...sync, spec: { ...sync.spec, ignore } };
    const { hold, ask } = world(
      { find: () => leaving },
      ignoreRulesOf(ignore).flatMap(({ pointers }) => pointers),
    );
    hold('u1', 'c1:web');
    expect(await ask({ spec: { ...SPEC, values: { replicas: 5, text: 'a' } } })).to.include({
      kind: 'commit',
    });
    expect(await ask({ spec: { ...SPEC, values: { replicas: 5, text: 'b' } } })).to.include({
      kind: 'not-known-yet',
    });
  });

  it('brings the account that the GitSync names', async () => {
    const named: GitSync = { ...sync, spec: { ...sync.spec, serviceAccountName: 'deployer' } };
    const { hold, ask } = world({ find: () => named });
    hold('u1', 'c1:web');
    expect(await ask())
      .to.have.property('account')
      .that.deep.equals({ sync: 'shop/team', user: 'system:serviceaccount:shop:deployer' });
  });

  it('is not another one, of another folder, or of another object by the name', async () => {
    const { hold, ask } = world();
    hold('u1', 'c1:web');
    const asked = [
      ask({ commit: 'c2' }),
      ask({ commit: undefined }),
      ask({}, 'private'),
      ask({ uid: 'u2' }),
      ask({ uid: undefined }),
    ];
    for (const own of await Promise.all(asked)) {
      expect(own).to.have.property('kind', 'not-known-yet');
      expect(own).to.have.property('why').that.includes('GitSync shop/team, which has not applied it');
    }
  });

  it('is not known while the object is on its way, or its GitSync was not looked at', async () => {
    const { hold, ask } = world();
    expect(await ask()).to.have.property('kind', 'not-known-yet');
    hold(undefined, 'c1:web');
    expect(await ask()).to.have.property('kind', 'not-known-yet');
    const unsynced = world({ find: () => undefined, isSynced: () => false });
    expect(await unsynced.ask()).to.have.property('kind', 'not-known-yet');
  });

  it('is none where no GitSync holds it, whatever it says', async () => {
    const { holdNothing, ask } = world();
    holdNothing();
    expect(await ask()).to.deep.equal({ kind: 'none' });
    expect(await ask({ sync: undefined })).to.deep.equal({ kind: 'none' });
    expect(await ask({ sync: { namespace: 'shop', name: 'nobody' } })).to.deep.equal({ kind: 'none' });
  });

  it('cannot be read where the Secret of the GitSync is wrong, which is named', async () => {
    const remoteOf = () => Promise.reject(new CredentialsError('Secret shop/login does not exist'));
    const { hold, ask } = world({ remoteOf });
    hold('u1', 'c1:web');
    expect(await ask().catch((error: unknown) => error))
      .to.be.instanceOf(CredentialsError)
      .with.property('message', 'GitSync shop/team: Secret shop/login does not exist');
  });
});
