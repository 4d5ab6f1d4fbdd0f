import { expect } from 'chai';
import { createAddressCheck } from '../../../src/net/addresses.ts';

describe('createAddressCheck', () => {
  for (const address of [
    '169.254.169.254',
    '169.254.0.1',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
    '::169.254.169.254',
    '::ffff:0:169.254.169.254',
    '2002:a83f:8110::',
    '64:ff9b::100.100.100.200',
    'fe80::1',
    'fe80::1%eth0',
    'fd00:ec2::254',
    'fd20:ce::254',
    '100.100.100.200',
    '168.63.129.16',
  ]) {
    it(`refuses ${address} by default`, () => {
      expect(createAddressCheck()(address)).to.match(/link-local or metadata/);
    });
  }

  for (const address of [
    '127.0.0.1',
    '::1',
    '10.0.0.1',
    '192.168.1.1',
    '203.0.113.9',
    '2001:db8::1',
    'fd00::1',
  ]) {
    it(`allows ${address} by default`, () => {
      expect(createAddressCheck()(address)).to.equal(undefined);
    });
  }

  it('refuses what the administrator refuses, also when written as IPv6', () => {
    const check = createAddressCheck(['10.0.0.0/8', '2001:db8::/32', '203.0.113.9']);

    for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '2001:db8::5', '203.0.113.9', '64:ff9b::a01:203']) {
      expect(check(address), address).to.match(/must not reach/);
    }
    expect(check('203.0.113.8')).to.equal(undefined);
    expect(check('11.0.0.1')).to.equal(undefined);
  });

  for (const denied of ['127.0.0.0/8', '127.0.0.1', '0.0.0.0/0']) {
    it(`refuses this machine by whatever address when ${denied} is refused`, () => {
      const check = createAddressCheck([denied]);

      for (const address of [
        ...['127.0.0.1', '0.0.0.0', '0.0.0.1', '::1', '::', '::ffff:127.0.0.1', '::127.0.0.1'],
        ...['64:ff9b::7f00:1', '2002:7f00:1::', '0:0:0:0:0:0:0:1', '::ffff:0.0.0.0', '::1%lo'],
      ]) {
        expect(check(address), address).to.match(/must not reach/);
      }
      expect(check('2001:db8::1')).to.equal(undefined);
    });
  }

  it('takes neither of both loopback addresses for the other one when only IPv6 is refused', () => {
    const check = createAddressCheck(['::1']);

    expect(check('::')).to.match(/must not reach/);
    expect(check('127.0.0.1')).to.equal(undefined);
  });

  it('checks an address within an IPv6 one as that address', () => {
    const check = createAddressCheck(['10.0.0.0/8']);

    for (const address of ['2002:a01:203::5', '::10.1.2.3', '64:ff9b:1:0:0:0:10.1.2.3', '::FFFF:10.1.2.3'])
      expect(check(address), address).to.match(/must not reach/);
    for (const address of ['2002:b01:203::5', '::11.1.2.3', '2001:db8::10.1.2.3', '::1'])
      expect(check(address), address).to.equal(undefined);
  });

  for (const range of [
    '',
    'example.com',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/a',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0/8',
    '::/129',
  ]) {
    it(`does not take ${JSON.stringify(range)} for a range`, () => {
      expect(() => createAddressCheck([range])).to.throw(
        RangeError,
        /neither an IP address nor a CIDR range/,
      );
    });
  }

  it('refuses what is no address', () => {
    expect(createAddressCheck()('example.com')).to.equal('is not an IP address');
  });
});
