import { expect } from 'chai';
import { proxyFor } from '../../../../src/kube/connect/proxy.ts';

const PROXY = 'http://proxy:3128';

describe('proxyFor', () => {
  const rows: readonly {
    readonly server: string;
    readonly env: Readonly<Record<string, string>>;
    readonly configured?: string;
    readonly then: string | undefined;
  }[] = [
    { server: 'https://10.96.0.1', env: {}, then: undefined },
    { server: 'https://api.example.com', env: { HTTPS_PROXY: PROXY }, then: PROXY },
    {
      server: 'https://api.example.com',
      env: { https_proxy: PROXY, HTTPS_PROXY: 'http://other' },
      then: PROXY,
    },
    {
      server: 'https://api.example.com',
      env: { HTTPS_PROXY: 'http://other' },
      configured: PROXY,
      then: PROXY,
    },
    { server: 'https://127.0.0.1:6443', env: { HTTPS_PROXY: PROXY }, then: undefined },
    { server: 'https://[::1]:6443', env: { HTTPS_PROXY: PROXY }, then: undefined },
    { server: 'https://10.96.0.1', env: { HTTPS_PROXY: PROXY, NO_PROXY: '10.0.0.0/8' }, then: undefined },
    {
      server: 'https://11.96.0.1',
      env: { HTTPS_PROXY: PROXY, NO_PROXY: '10.0.0.0/8,1.2.3.4/99,x/8' },
      then: PROXY,
    },
    { server: 'https://[fd00::1]', env: { HTTPS_PROXY: PROXY, NO_PROXY: 'fd00::/8' }, then: undefined },
    {
      server: 'https://a.svc.cluster.local',
      env: { HTTPS_PROXY: PROXY, no_proxy: 'x, .cluster.local' },
      then: undefined,
    },
    {
      server: 'https://a.example.com',
      env: { HTTPS_PROXY: PROXY, NO_PROXY: 'example.com' },
      then: undefined,
    },
    { server: 'https://badexample.com', env: { HTTPS_PROXY: PROXY, NO_PROXY: 'example.com' }, then: PROXY },
    {
      server: 'https://a.example.com:6443',
      env: { HTTPS_PROXY: PROXY, NO_PROXY: 'a.example.com:6443' },
      then: undefined,
    },
    { server: 'https://api.example.com', env: { HTTPS_PROXY: PROXY, NO_PROXY: '*' }, then: undefined },
  ];
  for (const { server, env, configured, then } of rows) {
    const given = [
      ...Object.entries(env).map((pair) => pair.join('=')),
      ...(configured ? ['proxy-url'] : []),
    ].join(' ');
    it(`${then === undefined ? 'goes directly' : 'takes the proxy'} to ${server} with ${given || 'nothing set'}`, () => {
      expect(proxyFor(new URL(server), configured, env)).to.equal(then);
    });
  }
});
