import { expect } from 'chai';
import { proxyFor } from '../../../hack/testenv/tools/proxy.ts';

describe('the proxy for an address', () => {
  const env = { HTTPS_PROXY: 'http://proxy:3128', HTTP_PROXY: 'plain:8080', NO_PROXY: '' };
  const cases = [
    ['https://dl.k8s.io/x', env, 'http://proxy:3128/'],
    ['http://dl.k8s.io/x', env, 'http://plain:8080/'],
    ['https://dl.k8s.io/x', { https_proxy: 'http://lower:1' }, 'http://lower:1/'],
    ['https://dl.k8s.io/x', {}, undefined],
    ['https://dl.k8s.io/x', { ...env, NO_PROXY: 'k8s.io' }, undefined],
    ['https://dl.k8s.io/x', { ...env, NO_PROXY: '.k8s.io' }, undefined],
    ['https://dl.k8s.io/x', { ...env, NO_PROXY: '*' }, undefined],
    ['https://dl.k8s.io/x', { ...env, NO_PROXY: 'localhost, dl.k8s.io:443' }, undefined],
    ['https://dl.k8s.io/x', { ...env, NO_PROXY: 'dl.k8s.io:8443' }, 'http://proxy:3128/'],
    ['https://notk8s.io/x', { ...env, NO_PROXY: 'k8s.io' }, 'http://proxy:3128/'],
    ['https://127.0.0.1/x', { ...env, NO_PROXY: '127.0.0.1' }, undefined],
  ] as const;
  for (const [url, environment, expected] of cases) {
    it(`is ${expected ?? 'none'} for ${url} with ${JSON.stringify(environment)}`, () => {
      expect(proxyFor(new URL(url), environment)?.href).to.equal(expected);
    });
  }
});
