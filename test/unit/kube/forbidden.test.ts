import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ApiError } from '../../../src/kube/errors.ts';
import { describeForbidden, explainingForbidden } from '../../../src/kube/forbidden.ts';
import { fakeTransport } from './support/fake-transport.ts';
import { never } from './support/fakes.ts';

const APP = 'system:serviceaccount:team:app';
const REFUSED = `secrets "db" is forbidden: User "${APP}" cannot get resource "secrets" in API group "" in the namespace "other"`;
const GET = { verb: 'get', resource: 'secrets', subject: 'other/db', path: '/' } as const;

describe('what is said to somebody who lacks a right', () => {
  it('names account, verb, kind and namespace, and the way out', () => {
    expect(describeForbidden(REFUSED)).to.equal(
      'service account team/app may not get secrets in namespace other: allow it by a Role and a RoleBinding',
    );
    expect(
      describeForbidden(
        `User "${APP}" cannot create resource "clusterroles" in API group "rbac.authorization.k8s.io" at the cluster scope`,
      ),
    ).to.equal(
      'service account team/app may not create clusterroles.rbac.authorization.k8s.io in the whole cluster: allow it by a ClusterRole and a ClusterRoleBinding',
    );
  });

  it('names the account that the operator may not be', () => {
    expect(
      describeForbidden(
        'serviceaccounts "app" is forbidden: User "system:serviceaccount:flux:op" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "team"',
      ),
    ).to.equal(
      'service account flux/op may not impersonate service account team/app in namespace team: allow it by a Role and a RoleBinding',
    );
  });

  it('is not guessed of any other text', () => {
    expect(describeForbidden('admission webhook "a" denied the request')).to.equal(undefined);
  });
});

describe('a transport that explains refusals', () => {
  const caught = async (error: Error): Promise<unknown> =>
    await explainingForbidden({
      ...fakeTransport(),
      request: () => Promise.reject(error),
    })
      .request(GET, never())
      .catch((thrown: unknown) => thrown);

  it('says what was tried, on which object and who may not, and stays the same refusal', async () => {
    const facts = { status: 403, statusReason: 'Forbidden', details: { name: 'db' } };
    const error = await caught(new ApiError(`cannot get secrets other/db: ${REFUSED}`, facts));

    expect(error)
      .to.be.instanceOf(ApiError)
      .with.property(
        'message',
        'cannot get secrets other/db: service account team/app may not get secrets in namespace other: allow it by a Role and a RoleBinding',
      );
    expect(error).to.deep.include({ status: 403, reason: 'Forbidden', details: { name: 'db' } });
  });

  it('leaves everything else as it is', async () => {
    for (const error of [
      new ApiError('gone', { status: 404, statusReason: 'NotFound' }),
      new ApiError('forbidden: because it is being terminated', { status: 403, statusReason: 'Forbidden' }),
      new Error('connection refused'),
    ]) {
      expect(await caught(error)).to.equal(error);
    }
  });
});
