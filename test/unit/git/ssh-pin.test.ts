import { expect } from 'chai';
import { describe, it } from 'mocha';
import { hostKeyAlias } from '../../../src/git/host-key-alias.ts';
import {
  isSameBut,
  plainTarget,
  printConfig,
  readTarget,
  sshPin,
  type SshTarget,
} from '../../../src/git/ssh-pin.ts';
import { parseGitUrl } from '../../../src/git/url.ts';

const printed = (...lines: readonly string[]): string =>
  ['user git', 'hostname git.example.com', 'port 22', 'identityfile /w/key', ...lines, ''].join('\n');
const url = parseGitUrl('git@charts:org/app.git');
const at = { address: '192.0.2.1', alias: 'git.example.com', hasAuthorities: false };

describe('the name by which ssh finds the key of a host', () => {
  const plain = plainTarget(parseGitUrl('ssh://Charts:2222/app'), ['/a', '/b']);

  /** With what is found of `[charts]:2222` in each file. */
  const aliasOf = (
    target: Partial<SshTarget>,
    found: Readonly<Record<string, string | undefined>> = {},
  ): Promise<string | undefined> =>
    hostKeyAlias({ ...plain, ...target }, (name, file) => {
      expect(name).to.equal('[charts]:2222');
      return Promise.resolve(file in found ? found[file] : '');
    });

  it('is that of the host, or what the config says', async () => {
    expect(await aliasOf({ port: '22' })).to.equal('charts');
    expect(await aliasOf({ alias: 'other' })).to.equal('other');
  });

  it('is that with the port if a key is known by it, else that without', async () => {
    expect(await aliasOf({}, { '/b': '# Host found: line 1 \n[charts]:2222 ssh-ed25519 AAAA\n' })).to.equal(
      '[charts]:2222',
    );
    expect(await aliasOf({}, { '/a': '# nothing\n' })).to.equal('charts');
  });

  it('is not clear where a key is revoked by it, or the files cannot be asked', async () => {
    expect(await aliasOf({}, { '/a': '@revoked [charts]:2222 ssh-rsa A\n' })).to.equal(undefined);
    expect(await aliasOf({}, { '/a': undefined, '/b': '[charts]:2222 ssh-rsa A\n' })).to.equal(undefined);
    for (const file of ['known', '/w/%h']) expect(await aliasOf({ knownHosts: [file] })).to.equal(undefined);
  });

  it('is looked for in the files that ssh says', () => {
    const target = readTarget(printed('userknownhostsfile /a /b', 'globalknownhostsfile /c'));

    expect(target.knownHosts).to.deep.equal(['/a', '/b', '/c']);
    expect(readTarget(printed('userknownhostsfile none')).knownHosts).to.deep.equal([]);
  });
});

describe('holding ssh to an address', () => {
  it('asks ssh about what git will tell it', () => {
    const rows = [
      ['git@charts:org/app.git', ['git@charts']],
      ['charts:app', ['charts']],
      ['ssh://git@[2001:db8::1]:22/app', ['-p', '22', 'git@2001:db8::1']],
      ['ssh://charts/app', ['charts']],
    ] as const;
    for (const [text, args] of rows)
      expect(printConfig('/w/c', parseGitUrl(text)), text).to.deep.equal(['-G', '-F', '/w/c', ...args]);
  });

  it('looks the key up by the name that it is told', () => {
    expect(sshPin(url, readTarget(printed()), at)).to.deep.equal({
      ...{ host: 'charts', address: '192.0.2.1', alias: 'git.example.com' },
    });
  });

  it('does not, where that would change the certificate or the files that count for the host', () => {
    const odd = readTarget(printed().replace('22', '2222'));

    expect(sshPin(url, odd, { ...at, hasAuthorities: true })).to.equal(undefined);
    expect(sshPin(url, readTarget(printed()), { ...at, hasAuthorities: true })).not.to.equal(undefined);
    expect(sshPin(url, readTarget(printed('identityfile /w/%h')), at)).to.equal(undefined);
    expect(sshPin(url, readTarget(printed()), { ...at, alias: undefined })).to.equal(undefined);
  });

  it('does not, where keys come from the DNS or a program, which are asked for the name', () => {
    for (const line of [
      'verifyhostkeydns ask',
      'verifyhostkeydns true',
      'verifyhostkeydns yes',
      'knownhostscommand /k',
    ])
      expect(sshPin(url, readTarget(printed(line)), at), line).to.equal(undefined);
    for (const line of ['verifyhostkeydns false', 'verifyhostkeydns no', 'knownhostscommand none'])
      expect(sshPin(url, readTarget(printed(line)), at), line).not.to.equal(undefined);
  });

  it('sees what a pin has changed besides', () => {
    const pin = { host: 'charts', address: '192.0.2.1', alias: 'git.example.com' };
    const pinned = printed('hostkeyalias git.example.com').replace('git.example.com\n', '192.0.2.1\n');

    expect(isSameBut(readTarget(printed()), readTarget(pinned), pin)).to.equal(true);
    expect(isSameBut(readTarget(printed()), readTarget(pinned.replace('user git', 'user x')), pin)).to.equal(
      false,
    );
    expect(isSameBut(readTarget(printed()), readTarget(printed()), pin)).to.equal(false);
  });

  it('knows when another program connects', () => {
    expect(readTarget(printed('proxyjump bastion')).proxied).to.equal(true);
    expect(readTarget(printed('proxycommand nc %h %p')).proxied).to.equal(true);
    expect(readTarget(printed('proxycommand none', 'proxyusefdpass no')).proxied).to.equal(false);
  });
});
