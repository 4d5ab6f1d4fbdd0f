import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { GitSync } from '../../../src/api/gitsync/git-sync.ts';
import { syncSettingsOf } from '../../../src/api/gitsync/settings.ts';
import { accessBy } from '../../../src/operator/access.ts';
import type { Cluster } from '../../../src/operator/cluster.ts';
import { type SyncAccess, syncAccess } from '../../../src/operator/sync-access.ts';
import { fakeTransport } from '../kube/support/fake-transport.ts';
import { never } from '../kube/support/fakes.ts';

const DEPLOYER = 'system:serviceaccount:team:deployer';
const LOGIN = { username: 'bWU=', password: 'cHc=' };

/** One with more objects than its status holds. */
const sync: GitSync = {
  apiVersion: 'gitops.helm-release-operator.io/v1alpha1',
  kind: 'GitSync',
  metadata: { name: 'deploy', namespace: 'team', uid: '1' },
  spec: {
    url: 'https://git.example.com/deploy',
    secretRef: { name: 'login' },
    serviceAccountName: 'deployer',
  },
  status: { inventory: { count: 500, entries: [] } },
};

describe('what lies beside a GitSync', () => {
  const seen = async (
    tenantMode: boolean,
    use: (access: SyncAccess) => Promise<unknown>,
  ): Promise<readonly (string | undefined)[]> => {
    const transport = fakeTransport(({ resource }) => ({
      metadata: { name: resource, namespace: 'team', resourceVersion: '1' },
      data: LOGIN,
    }));
    // Only what is asked of it by somebody's rights counts here.
    const cluster = accessBy(transport) as Cluster;
    const digestKey = Buffer.alloc(32);
    await use(syncAccess(cluster, { tenantMode, digestKey, watched: { get: () => undefined } }));
    expect(transport.requests).not.to.be.empty;
    return [...new Set(transport.requests.map(({ as }) => as))];
  };
  const uses: readonly (readonly [string, (access: SyncAccess) => Promise<unknown>])[] = [
    ['its credentials', ({ remoteOf }) => remoteOf(syncSettingsOf(sync), never())],
    [
      'the keys that sign',
      ({ readSecretAs }) => readSecretAs(DEPLOYER)({ namespace: 'team', name: 'k' }, never()),
    ],
    ['the list of its objects', ({ inventory }) => inventory.load(sync, never())],
  ];

  for (const [what, use] of uses) {
    it(`is read by its own rights in tenant mode, and else by those of the operator: ${what}`, async () => {
      expect(await seen(true, use)).to.deep.equal([DEPLOYER]);
      expect(await seen(false, use)).to.deep.equal([undefined]);
    });
  }
});
