import { expect } from 'chai';
import { proxyFor } from '../../../../src/charts/http/proxy.ts';

const PROXY = 'http://proxy.example.com:3128';

const ROWS: readonly { no: string; url: string; proxied: boolean }[] = [
  { no: '', url: 'https://charts.example.com/', proxied: true },
  { no: '*', url: 'https://charts.example.com/', proxied: false },
  { no: 'example.com', url: 'https://charts.example.com/', proxied: false },
  { no: 'example.com', url: 'https://example.com/', proxied: false },
  { no: '.example.com', url: 'https://example.com/', proxied: true },
  { no: '.example.com', url: 'https://charts.example.com/', proxied: false },
  { no: 'ample.com', url: 'https://example.com/', proxied: true },
  { no: '.svc, .cluster.local', url: 'http://museum.charts.svc/', proxied: false },
  { no: '10.0.0.0/8', url: 'http://10.9.8.7/', proxied: false },
  { no: '10.0.0.0/8', url: 'http://11.9.8.7/', proxied: true },
  { no: '10.0.0.0/8', url: 'http://charts.example.com/', proxied: true },
  { no: '10.0.0.0/nonsense', url: 'http://10.9.8.7/', proxied: true },
  { no: 'example.com:8443', url: 'https://example.com:8443/', proxied: false },
  { no: 'example.com:8443', url: 'https://example.com/', proxied: true },
  { no: 'example.com:443', url: 'https://example.com/', proxied: false },
  { no: '2001:db8::1', url: 'https://[2001:db8::1]/', proxied: false },
  { no: '', url: 'http://localhost:8080/', proxied: false },
  { no: '', url: 'http://127.0.0.1:8080/', proxied: false },
  { no: '', url: 'http://[::1]:8080/', proxied: false },
];

describe('proxyFor', () => {
  for (const { no, url, proxied } of ROWS) {
    it(`${proxied ? 'uses' : 'avoids'} the proxy for ${url} with NO_PROXY=${JSON.stringify(no)}`, () => {
      const env = { HTTP_PROXY: PROXY, HTTPS_PROXY: PROXY, NO_PROXY: no };

      expect(proxyFor(new URL(url), env)).to.equal(proxied ? PROXY : undefined);
    });
  }

  it('reads the names in lower case too, and adds the scheme that people leave out', () => {
    expect(proxyFor(new URL('https://a.example.com'), { https_proxy: 'proxy:3128' })).to.equal(
      'http://proxy:3128',
    );
    expect(proxyFor(new URL('https://a.example.com'), { http_proxy: 'proxy:3128' })).to.equal(undefined);
  });
});
