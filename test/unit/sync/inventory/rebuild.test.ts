import { expect } from 'chai';
import { describe, it } from 'mocha';
import { syncFieldManager } from '../../../../src/api/names.ts';
import { ApiError } from '../../../../src/kube/errors.ts';
import type { KubeObject, ResourceType } from '../../../../src/kube/resource-type.ts';
import type { Selection } from '../../../../src/kube/resource.ts';
import { rebuild } from '../../../../src/sync/inventory/rebuild.ts';

const SYNC = { namespace: 'team', name: 'apps' };
const CONFIG_MAPS: ResourceType = {
  ...{ group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true },
};
const ROLES: ResourceType = {
  ...{ group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'ClusterRole', plural: 'clusterroles' },
  namespaced: false,
};

function object(
  name: string,
  more: { annotations?: Record<string, string>; manager?: string } = {},
): KubeObject {
  const { annotations = {}, manager = syncFieldManager(SYNC) } = more;
  const managedFields = [{ manager, operation: 'Apply', fieldsV1: { 'f:data': {} } }];
  const metadata = { name, namespace: 'team', uid: `uid of ${name}`, annotations, managedFields };
  return { metadata: metadata };
}

/** Who may list what: `everywhere`, or in the namespace of the GitSync alone. */
async function rebuilt(
  kinds: readonly ResourceType[],
  answer: (type: ResourceType, selection: Selection) => readonly KubeObject[] | number,
) {
  const asked: string[] = [];
  const inventory = await rebuild(
    SYNC,
    {
      kinds: () => Promise.resolve(kinds),
      metadataOf: (type) => ({
        list: (selection) => {
          asked.push(`${type.plural} in ${selection.namespace ?? 'all'}: ${selection.labelSelector ?? ''}`);
          const items = answer(type, selection);
          return typeof items === 'number'
            ? Promise.reject(new ApiError('no', { status: items, statusReason: '' }))
            : Promise.resolve({ items: [...items], resourceVersion: '' });
        },
      }),
      inFlight: 1,
    },
    AbortSignal.timeout(1_000),
  );
  return { inventory, asked };
}

describe('an inventory that is found again', () => {
  const LABELS = 'gitops.helm-release-operator.io/name=apps,gitops.helm-release-operator.io/namespace=team';

  it('holds what has the labels of the GitSync and was applied by it', async () => {
    const commit = { 'gitops.helm-release-operator.io/commit': 'c0ffee' };
    const { inventory, asked } = await rebuilt([CONFIG_MAPS], () => [
      object('web', { annotations: commit }),
      object('labelled', { manager: 'kubectl' }),
    ]);
    expect(asked).to.deep.equal([`configmaps in all: ${LABELS}`]);
    expect([...inventory.values()]).to.deep.equal([
      {
        id: { group: '', kind: 'ConfigMap', namespace: 'team', name: 'web' },
        ...{ version: 'v1', commit: 'c0ffee', uid: 'uid of web', made: true },
      },
    ]);
  });

  it('knows what was there before the GitSync', async () => {
    const annotations = { 'gitops.helm-release-operator.io/adopted': 'true' };
    const { inventory } = await rebuilt([CONFIG_MAPS], () => [object('old', { annotations })]);
    expect([...inventory.values()].map(({ made }) => made)).to.deep.equal([false]);
  });

  it('is looked for where the account may: in all namespaces, else in its own', async () => {
    const { inventory, asked } = await rebuilt([CONFIG_MAPS, ROLES], (_type, { namespace }) =>
      namespace === undefined ? 403 : [object('web')],
    );
    expect(asked.map((one) => one.split(':')[0])).to.deep.equal([
      'configmaps in all',
      'configmaps in team',
      'clusterroles in all',
    ]);
    expect(inventory.size).to.equal(1);
  });

  it('is not taken for empty when the server cannot tell', async () => {
    const failure = await rebuilt([CONFIG_MAPS], () => 500).catch((caught: unknown) => caught);
    expect(failure).to.be.instanceOf(ApiError);
  });
});
