import { expect } from 'chai';
import { describe, it } from 'mocha';
import { isSameBut, plainTarget, printConfig, readTarget, sshPin } from '../../../src/git/ssh-pin.ts';
import { parseGitUrl } from '../../../src/git/url.ts';

const printed = (...lines: readonly string[]): string =>
  ['user git', 'hostname git.example.com', 'port 22', 'identityfile /w/key', ...lines, ''].join('\n');
const url = parseGitUrl('git@charts:org/app.git');
const at = { address: '192.0.2.1', hasAuthorities: false };

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

  it('looks the key up by the name and the port as ssh would, or as the config says', () => {
    expect(sshPin(url, readTarget(printed()), at)).to.deep.equal({
      ...{ host: 'charts', address: '192.0.2.1', alias: 'git.example.com' },
    });
    expect(sshPin(url, readTarget(printed().replace('22', '2222')), at)?.alias).to.equal(
      '[git.example.com]:2222',
    );
    expect(sshPin(url, readTarget(printed('hostkeyalias other')), at)?.alias).to.equal('other');
    expect(sshPin(url, plainTarget(parseGitUrl('ssh://Charts:2222/app')), at)?.alias).to.equal(
      '[charts]:2222',
    );
  });

  it('does not, where that would change the certificate or the files that count for the host', () => {
    const odd = readTarget(printed().replace('22', '2222'));

    expect(sshPin(url, odd, { ...at, hasAuthorities: true })).to.equal(undefined);
    expect(sshPin(url, readTarget(printed()), { ...at, hasAuthorities: true })).not.to.equal(undefined);
    expect(sshPin(url, readTarget(printed('identityfile /w/%h')), at)).to.equal(undefined);
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
