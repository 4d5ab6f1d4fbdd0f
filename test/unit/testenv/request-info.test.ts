import { expect } from 'chai';
import { isWrite, requestInfo } from '../../../hack/testenv/faults/request-info.ts';

const HELM_RELEASES = '/apis/helm.fluxcd.io/v1';

describe('what a request to the API server is about', () => {
  const cases = [
    ['GET', '/api/v1/namespaces/a/secrets/b', 'get secrets a/b'],
    ['GET', '/api/v1/namespaces/a/secrets?limit=500', 'list secrets a/'],
    ['GET', '/api/v1/secrets?watch=1&resourceVersion=5', 'watch secrets /'],
    ['GET', `${HELM_RELEASES}/helmreleases?watch=true`, 'watch helmreleases /'],
    ['GET', `${HELM_RELEASES}/helmreleases?watch=false`, 'list helmreleases /'],
    ['POST', '/api/v1/namespaces/a/events', 'create events a/'],
    ['PUT', `${HELM_RELEASES}/namespaces/a/helmreleases/b/status`, 'update helmreleases/status a/b'],
    ['PATCH', '/apis/apps/v1/namespaces/a/deployments/b', 'patch deployments a/b'],
    ['DELETE', '/api/v1/namespaces/a/pods/b', 'delete pods a/b'],
    ['DELETE', '/api/v1/namespaces/a/pods', 'deletecollection pods a/'],
    ['GET', '/api/v1/namespaces/a', 'get namespaces /a'],
    ['PUT', '/api/v1/namespaces/a/finalize', 'update namespaces/finalize /a'],
    ['GET', '/api/v1/namespaces', 'list namespaces /'],
    ['GET', '/readyz', 'other  /'],
    ['GET', '/apis', 'other  /'],
    ['GET', '/openapi/v3/apis/apps/v1', 'other  /'],
  ] as const;
  for (const [method, path, expected] of cases) {
    it(`${method} ${path} is: ${expected}`, () => {
      const { verb, resource, namespace, name } = requestInfo(method, path, '');

      expect(`${verb} ${resource} ${namespace}/${name}`).to.equal(expected);
    });
  }
});

describe('which requests are writes', () => {
  const cases = [
    ['POST', '/api/v1/namespaces/a/events', true],
    ['PUT', '/apis/coordination.k8s.io/v1/namespaces/a/leases/b', true],
    ['DELETE', '/api/v1/namespaces/a/pods/b', true],
    ['GET', '/api/v1/namespaces/a/pods', false],
    ['POST', `${HELM_RELEASES}/namespaces/a/helmreleases?dryRun=All`, false],
    ['POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', false],
    ['POST', '/apis/authentication.k8s.io/v1/tokenreviews', false],
    ['POST', '/api/v1/namespaces/a/serviceaccounts/b/token', true],
  ] as const;
  for (const [method, path, expected] of cases) {
    it(`${method} ${path} is ${expected ? 'one' : 'none'}`, () => {
      expect(isWrite(requestInfo(method, path, ''))).to.equal(expected);
    });
  }
});
