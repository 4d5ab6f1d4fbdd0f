import { expect } from 'chai';
import { parseAddressRange } from '../../../src/config/address-range.ts';
import { parseListenAddress } from '../../../src/config/listen-address.ts';

describe('parseListenAddress', () => {
  const rows: readonly [string, { host?: string; port: number }][] = [
    [':3030', { port: 3030 }],
    [':0', { port: 0 }],
    ['0.0.0.0:3030', { host: '0.0.0.0', port: 3030 }],
    ['[::1]:3030', { host: '::1', port: 3030 }],
    ['[::]:80', { host: '::', port: 80 }],
    ['localhost:65535', { host: 'localhost', port: 65_535 }],
    ['my-host.example:1', { host: 'my-host.example', port: 1 }],
  ];
  for (const [text, address] of rows) {
    it(`reads ${text}`, () => {
      expect(parseListenAddress(text)).to.deep.equal(address);
    });
  }

  for (const text of [
    '',
    '3030',
    ':',
    ':65536',
    ':-1',
    '::1:3030',
    '[::1]',
    '[1.2.3.4]:1',
    '1.2.3:80',
    'a b:1',
    'http://a:1',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(parseListenAddress(text)).to.equal(undefined);
    });
  }
});

describe('parseAddressRange', () => {
  it('reads ranges and single addresses of both families', () => {
    expect(parseAddressRange('10.0.0.0/8')).to.deep.equal({ address: '10.0.0.0', prefix: 8, family: 'ipv4' });
    expect(parseAddressRange('fd00::/8')).to.deep.equal({ address: 'fd00::', prefix: 8, family: 'ipv6' });
    expect(parseAddressRange('::1')).to.deep.equal({ address: '::1', prefix: 128, family: 'ipv6' });
    expect(parseAddressRange('0.0.0.0/0')).to.deep.equal({ address: '0.0.0.0', prefix: 0, family: 'ipv4' });
  });

  for (const text of [
    '',
    'host',
    '10.0.0.0/',
    '10.0.0.0/33',
    'fd00::/129',
    '10.0.0.0/8/8',
    '10.0/8',
    '10.0.0.0/-1',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(parseAddressRange(text)).to.equal(undefined);
    });
  }
});
