import { expect } from 'chai';
import { beforeEach, describe, it } from 'mocha';
import type { GitSync } from '../../../src/api/gitsync/git-sync.ts';
import { keyOf } from '../../../src/api/metadata.ts';
import { ApiError } from '../../../src/kube/errors.ts';
import { createOwnCommitsOnDemand } from '../../../src/operator/own-commits-on-demand.ts';
import type { OwnCommit } from '../../../src/release/desire/own-chart.ts';
import type { LoadedInventory } from '../../../src/sync/inventory/store.ts';
import { specDigest } from '../../../src/sync/spec-digest.ts';

const signal = new AbortController().signal;
const REMOTE = { url: 'https://git.example.com/x', scope: '' };
const ID = { group: 'helm.fluxcd.io', kind: 'HelmRelease', namespace: 'shop', name: 'web' };
const SPEC = { chart: { path: 'web' } };
const DIGEST_KEY = Buffer.alloc(32, 1);
const ENTRY = {
  ...{ id: ID, version: 'v1', commit: 'c', made: true, uid: 'u1', charts: ['c1:web'] },
  spec: specDigest(SPEC, [], DIGEST_KEY),
};
const HELD: LoadedInventory = { kind: 'known', inventory: new Map([['key', ENTRY]]) };

const syncOf = (name: string): GitSync => ({
  metadata: { name, namespace: 'shop' },
  spec: { url: REMOTE.url },
});

describe('the commits of releases in a plan', () => {
  let asked: string[];
  let load: (name: string) => Promise<LoadedInventory>;
  let ask: (sync: string | undefined, knowsKey?: boolean) => Promise<OwnCommit>;

  beforeEach(() => {
    asked = [];
    load = () => Promise.resolve(HELD);
    let ownCommitOf: ReturnType<typeof createOwnCommitsOnDemand> | undefined;
    ask = (sync, knowsKey = true) => {
      ownCommitOf ??= createOwnCommitsOnDemand({
        findSync: ({ namespace, name }) => {
          asked.push(`${namespace}/${name}`);
          return Promise.resolve(name === 'none' ? undefined : syncOf(name));
        },
        inventory: {
          load: (each) => {
            asked.push(`inventory of ${keyOf(each)}`);
            return load(each.metadata.name);
          },
          save: () => Promise.reject(new Error('a plan writes nothing')),
        },
        remoteOf: () => Promise.resolve(REMOTE),
        ...{ knowsKey, digestKey: DIGEST_KEY },
      });
      const said = {
        ...{ release: 'shop/web', uid: 'u1', commit: 'c1', spec: SPEC },
        sync: sync === undefined ? undefined : { namespace: 'shop', name: sync },
      };
      return ownCommitOf({ kind: 'own-commit', path: 'web', skipDepUpdate: false, said }, signal);
    };
  });

  it('are those of the inventory, which is asked for once, and no other is', async () => {
    const answers = await Promise.all([ask('team'), ask('team'), ask('team')]);

    expect(answers.map(({ kind }) => kind)).to.deep.equal(['commit', 'commit', 'commit']);
    expect(asked).to.deep.equal(['shop/team', 'inventory of shop/team']);
  });

  it('are none, and nothing is asked, of a release that names no GitSync', async () => {
    expect(await ask(undefined)).to.deep.equal({ kind: 'none' });
    expect(asked).to.deep.equal([]);
    expect(await ask('none')).to.deep.equal({ kind: 'none' });
  });

  it('are told of where one inventory may not be read, which is the trouble of its releases alone', async () => {
    const forbidden = new ApiError('cannot get configmaps shop/gitsync-team-0: no', {
      ...{ status: 403, statusReason: 'Forbidden' },
    });
    load = (name) => (name === 'team' ? Promise.reject(forbidden) : Promise.resolve(HELD));

    expect(await ask('team').catch((caught: unknown) => caught)).to.equal(forbidden);
    expect(await ask('other')).to.include({ kind: 'commit' });
  });

  it('are not known where the inventory is lost, or cannot be checked', async () => {
    load = () => Promise.resolve({ kind: 'lost' });

    expect(await ask('team')).to.deep.equal({
      kind: 'not-known-yet',
      why: 'GitSync shop/team, whose inventory is lost: somebody has changed or deleted it, and the operator makes it anew',
    });
  });

  it('name the flag where there is no key to check an inventory with', async () => {
    load = () => Promise.resolve({ kind: 'lost' });

    expect(await ask('team', false)).to.deep.equal({
      kind: 'not-known-yet',
      why: "GitSync shop/team, whose inventory nobody can check without the digest key: name the operator's namespace by --operator-namespace",
    });
  });
});
