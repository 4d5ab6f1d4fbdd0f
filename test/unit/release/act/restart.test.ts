import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ApiError } from '../../../../src/kube/errors.ts';
import type { KubeObject } from '../../../../src/kube/resource-type.ts';
import { createRestartWorkloads } from '../../../../src/release/act/restart.ts';
import type { RestartPorts } from '../../../../src/release/act/restart.ts';
import type { Account } from '../../../../src/release/plan.ts';

const signal = new AbortController().signal;
const target = { namespace: 'shop', releaseName: 'web' };
const kinds = [
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'StatefulSet'],
  ['apps/v1', 'DaemonSet'],
  ['v1', 'Service'],
  ['batch/v1', 'Job'],
  ['example.com/v1', 'Deployment'],
] as const;

function bench(answer: (kind: string) => Promise<KubeObject>) {
  const patches: unknown[] = [];
  const users = new Set<string | undefined>();
  const readPayload = (() =>
    Promise.resolve({
      objects: kinds.map(([apiVersion, kind]) => ({ apiVersion, kind, name: 'web', namespace: 'shop' })),
    })) as unknown as RestartPorts['readPayload'];
  const restart = createRestartWorkloads({
    readPayload,
    resourceAs: (user, { kind }) => ({
      mergePatch: (ref, patch) => {
        users.add(user);
        patches.push([kind, ref, patch]);
        return answer(kind);
      },
    }),
  });
  return {
    patches,
    users,
    restart: (revision: number, account?: Account) =>
      restart(target, { revision, uid: 'abcdefgh-1234' }, account, signal),
  };
}

const done = (): Promise<KubeObject> => Promise.resolve({ metadata: { name: 'web' } });
const refused = (status: number) => (): Promise<KubeObject> =>
  Promise.reject(new ApiError('no', { status, statusReason: '' }));

describe('the workloads of a rollback', () => {
  it('are told by an annotation of their pods that says nothing but which rollback it was', async () => {
    const { patches, restart } = bench(done);

    expect(await restart(4)).to.deep.equal([]);

    const annotations = { 'helm-release-operator.io/restarted-for-rollback': 'revision-4-abcdefgh' };
    const patch = { spec: { template: { metadata: { annotations } } } };
    const ref = { namespace: 'shop', name: 'web' };
    expect(patches).to.deep.equal([
      ['Deployment', ref, patch],
      ['StatefulSet', ref, patch],
      ['DaemonSet', ref, patch],
    ]);
    await restart(4);
    expect(patches.slice(3)).to.deep.equal(patches.slice(0, 3));
  });

  it('are restarted by the rights of the account that the release has', async () => {
    const user = 'system:serviceaccount:shop:deployer';
    const { users, restart } = bench(done);

    await restart(4, { sync: 'shop/team', user });

    expect([...users]).to.deep.equal([user]);
  });

  it('that are gone are left out', async () => {
    expect(await bench(refused(404)).restart(4)).to.deep.equal([]);
  });

  it('that may not be restarted are named, and the others are', async () => {
    const { patches, restart } = bench((kind) => (kind === 'StatefulSet' ? refused(403)() : done()));

    expect(await restart(4)).to.deep.equal(['StatefulSet shop/web: no']);
    expect(patches).to.have.length(3);
  });

  it('are tried once more when the API server is in trouble', async () => {
    const error = await bench(refused(500))
      .restart(4)
      .catch((caught: unknown) => caught);

    expect(error).to.be.instanceOf(ApiError);
  });
});
