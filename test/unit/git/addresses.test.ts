import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createAddressGuard } from '../../../src/git/addresses.ts';
import { createAddressCheck } from '../../../src/net/addresses.ts';

const never = new AbortController().signal;
const names: Record<string, string[]> = {
  'public.example': ['192.0.2.1', '2001:db8::1'],
  'metadata.example': ['192.0.2.1', '169.254.169.254'],
  'metadata6.example': ['fd00:ec2::254'],
  'inner.example': ['10.1.2.3'],
};
const lookup = (host: string): Promise<readonly string[]> => Promise.resolve(names[host] ?? []);

/** The message, or 'passes'. */
async function check(host: string, denied: readonly string[] = []): Promise<string> {
  return createAddressGuard(createAddressCheck(denied), lookup)(host, never).then(
    () => 'passes',
    (error: unknown) => (error as Error).message,
  );
}

describe('the guard of addresses', () => {
  for (const host of ['127.0.0.1', '10.0.0.1', '::1', 'public.example', 'inner.example', 'unknown.example']) {
    it(`lets ${host} pass`, async () => {
      expect(await check(host)).to.equal('passes');
    });
  }

  for (const host of ['169.254.169.254', 'fe80::1', 'fd00:ec2::254', '::ffff:169.254.169.254']) {
    it(`refuses ${host}`, async () => {
      expect(await check(host)).to.match(new RegExp(`^the address ${host} is refused: it is a link-local`));
    });
  }

  it('refuses a name if one of its addresses is bad, and names both', async () => {
    expect(await check('metadata.example')).to.match(
      /^the host 'metadata\.example' \(169\.254\.169\.254\) is refused/,
    );
    expect(await check('metadata6.example')).to.match(/is refused/);
  });

  it('refuses ranges that were added', async () => {
    expect(await check('inner.example', ['10.0.0.0/8'])).to.match(/is refused/);
    expect(await check('192.0.2.7', ['192.0.2.7'])).to.match(/is refused/);
    expect(await check('public.example', ['2001:db8::/32'])).to.match(/is refused/);
  });

  it('asks DNS in vain without failing: git says it better', async () => {
    expect(
      await createAddressGuard(createAddressCheck())('no-such-host.invalid', never).then(
        () => 'passes',
        () => 'fails',
      ),
    ).to.equal('passes');
  });
});
