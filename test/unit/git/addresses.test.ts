import { expect } from 'chai';
import { describe, it } from 'mocha';
import { isIP } from 'node:net';
import { createAddressGuard, type Found } from '../../../src/git/addresses.ts';
import { createAddressCheck } from '../../../src/net/addresses.ts';
import type { HostLookup } from '../../../src/net/lookup.ts';

const never = new AbortController().signal;
const names: Record<string, string[]> = {
  'public.example': ['192.0.2.1', '2001:db8::1'],
  'metadata.example': ['192.0.2.1', '169.254.169.254'],
  'metadata6.example': ['fd00:ec2::254'],
  'inner.example': ['10.1.2.3'],
};
const lookup: HostLookup = (host) => {
  const addresses = names[host]?.map((address) => ({ address, family: isIP(address) }));
  return addresses ? Promise.resolve(addresses) : Promise.reject(new Error('ENOTFOUND'));
};

/** The message, or what may be connected to. */
async function check(host: string, denied: readonly string[] = []): Promise<string> {
  return createAddressGuard(createAddressCheck(denied), lookup)(host, never).then(
    (found) => (found.kind === 'name' ? found.addresses.join(' ') : found.kind),
    (error: unknown) => (error as Error).message,
  );
}

describe('the guard of addresses', () => {
  for (const host of ['127.0.0.1', '10.0.0.1', '::1']) {
    it(`lets the address ${host} pass`, async () => {
      expect(await check(host)).to.equal('address');
    });
  }

  it('lets a name pass with the addresses that may be connected to', async () => {
    expect(await check('public.example')).to.equal('192.0.2.1 2001:db8::1');
    expect(await check('metadata.example')).to.equal('192.0.2.1');
    expect(await check('public.example', ['2001:db8::/32'])).to.equal('192.0.2.1');
  });

  for (const host of ['169.254.169.254', 'fe80::1', 'fd00:ec2::254', '::ffff:169.254.169.254']) {
    it(`refuses ${host}`, async () => {
      expect(await check(host)).to.match(new RegExp(`^the address ${host} is refused: it is a link-local`));
    });
  }

  it('refuses a name of which no address is left, and names both', async () => {
    expect(await check('metadata6.example')).to.match(
      /^the host 'metadata6\.example' \(fd00:ec2::254\) is refused: it is a link-local/,
    );
  });

  it('refuses ranges that were added', async () => {
    expect(await check('inner.example', ['10.0.0.0/8'])).to.match(/is refused/);
    expect(await check('192.0.2.7', ['192.0.2.7'])).to.match(/is refused/);
    expect(await check('public.example', ['2001:db8::/32', '192.0.2.0/24'])).to.match(/is refused/);
  });

  it('says of a name that the system does not know just that, and why if it could not find out', async () => {
    const found = (message: string, code: string): Promise<Found> =>
      createAddressGuard(createAddressCheck(), () =>
        Promise.reject(Object.assign(new Error(message), { code })),
      )('git.example', never);

    expect(await found('getaddrinfo ENOTFOUND git.example', 'ENOTFOUND')).to.deep.equal({ kind: 'unknown' });
    expect(await found('DNS does not answer', 'EAI_AGAIN')).to.deep.equal({
      ...{ kind: 'unknown', why: 'DNS does not answer' },
    });
  });

  it('gives up with who asked', async () => {
    const reason = new Error('enough');
    const failed: unknown = await createAddressGuard(createAddressCheck(), lookup)(
      'nobody.example',
      AbortSignal.abort(reason),
    ).catch((error: unknown) => error);

    expect(failed).to.equal(reason);
  });
});
