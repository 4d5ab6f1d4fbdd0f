import { expect } from 'chai';
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
