import { expect } from 'chai';
import { describe, it } from 'mocha';
import { rewriteAdminConfig, sshConfig } from '../../../src/git/ssh-config.ts';

describe('the configuration of ssh', () => {
  const input = {
    identities: ['/w/keys/0-identity'],
    userKnownHosts: ['/home/x/.ssh/known_hosts'],
    globalKnownHosts: ['/etc/ssh/ssh_known_hosts'],
    included: '/w/admin-config',
    connectTimeoutSeconds: 20,
  };

  it('checks host keys before an administrator is heard, and offers keys after', () => {
    const lines = sshConfig(input).split('\n');

    expect(lines.indexOf('StrictHostKeyChecking yes')).to.be.within(
      0,
      lines.indexOf('Include "/w/admin-config"'),
    );
    expect(lines.indexOf('IdentityFile "/w/keys/0-identity"')).to.be.above(
      lines.indexOf('Include "/w/admin-config"'),
    );
    expect(lines).to.include('UserKnownHostsFile "/home/x/.ssh/known_hosts"').and.include('BatchMode yes');
  });

  it('keeps ssh from keys and hosts of its own choice when there are none', () => {
    const text = sshConfig({
      ...input,
      identities: [],
      userKnownHosts: [],
      globalKnownHosts: [],
      included: undefined,
    });

    expect(text).to.contain('IdentityFile none\nUserKnownHostsFile none\nGlobalKnownHostsFile none\n');
    expect(text).not.to.contain('Include');
  });

  it('takes paths literally, and refuses those that it cannot quote', () => {
    expect(sshConfig({ ...input, identities: ['/a b/%h/key'] })).to.contain('IdentityFile "/a b/%%h/key"');
    expect(() => sshConfig({ ...input, identities: ['/a"b'] })).to.throw('quotation mark');
    expect(() => sshConfig({ ...input, identities: ['/a\nProxyCommand x'] })).to.throw('line feed');
    expect(() => sshConfig({ ...input, identities: ['/a/${HOME}'] })).to.throw('dollar sign');
  });
});

describe("an administrator's ssh config", () => {
  it('has its home paths and keys replaced, and everything else kept', () => {
    const text = [
      'Host a b',
      '  identityfile ~/.ssh/deploy',
      '\tIdentityFile = "%d/.ssh/with space"',
      '  IdentityFile /mnt/keys/abs',
      '  UserKnownHostsFile ~/.ssh/kh1 ~/.ssh/kh2',
      '  ProxyCommand nc %h %p # ~/x',
      'Include extra/*.conf',
      'Match exec "test -e ~/x"',
    ].join('\r\n');

    const rewritten = rewriteAdminConfig(text, '/root', (path) =>
      path.startsWith('/root') ? `/w${path}` : path,
    );

    expect(rewritten.split('\n')).to.deep.equal([
      'Host a b',
      '  identityfile "/w/root/.ssh/deploy"',
      '\tIdentityFile "/w/root/.ssh/with space"',
      '  IdentityFile "/mnt/keys/abs"',
      '  UserKnownHostsFile "/root/.ssh/kh1" "/root/.ssh/kh2"',
      '  ProxyCommand nc %h %p # ~/x',
      'Include "/root/.ssh/extra/*.conf"',
      'Match exec "test -e ~/x"',
    ]);
  });
});
