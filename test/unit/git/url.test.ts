import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { endpointOf, type GitAccess } from '../../../src/git/remote.ts';
import { normalizeGitUrl, parseGitUrl } from '../../../src/git/url.ts';

describe('a Git URL', () => {
  const rows = [
    {
      text: 'https://github.com/org/repo',
      address: 'https://github.com/org/repo',
      host: 'github.com',
      port: '443',
    },
    {
      text: 'HTTPS://GitHub.com:443/Org/Repo.git',
      address: 'https://github.com/Org/Repo.git',
      host: 'github.com',
      port: '443',
    },
    { text: ' http://git.svc:3000/a/b ', address: 'http://git.svc:3000/a/b', host: 'git.svc', port: '3000' },
    {
      text: 'https://org@dev.azure.com/org/p/_git/r',
      address: 'https://org@dev.azure.com/org/p/_git/r',
      host: 'dev.azure.com',
      port: '443',
    },
    { text: 'https://[::1]:8443/r', address: 'https://[::1]:8443/r', host: '::1', port: '8443' },
    {
      text: 'https://host/a b'.replace(' ', '%20'),
      address: 'https://host/a%20b',
      host: 'host',
      port: '443',
    },
    {
      text: 'ssh://git@host.example:2222/org/repo.git',
      address: 'ssh://git@host.example:2222/org/repo.git',
      host: 'host.example',
      port: '2222',
    },
    { text: 'ssh://host/~user/repo', address: 'ssh://host/~user/repo', host: 'host', port: '22' },
    { text: 'ssh://git:ignored@host/repo', address: 'ssh://git@host/repo', host: 'host', port: '22' },
    { text: 'git+ssh://git@host/repo', address: 'ssh://git@host/repo', host: 'host', port: '22' },
    {
      text: 'ssh://git@[fe80::2]:22/repo',
      address: 'ssh://git@[fe80::2]:22/repo',
      host: 'fe80::2',
      port: '22',
    },
    { text: 'git@github.com:org/repo', address: 'git@github.com:org/repo', host: 'github.com', port: '22' },
    { text: 'alias:/srv/repo.git', address: 'alias:/srv/repo.git', host: 'alias', port: '22' },
    {
      text: 'git@ssh.dev.azure.com:v3/org/p/r',
      address: 'git@ssh.dev.azure.com:v3/org/p/r',
      host: 'ssh.dev.azure.com',
      port: '22',
    },
  ];
  for (const { text, address, host, port } of rows) {
    it(`${text} is accepted, and is in its own form already once it is in it`, () => {
      expect(parseGitUrl(text)).to.include({ address, host, port });
      expect(normalizeGitUrl(address)).to.equal(address);
    });
  }

  it('with user and password gives them as credentials and shows neither', () => {
    const url = parseGitUrl('https://robot:p%40ss%2Fw@host/repo');

    expect(url).to.deep.include({ address: 'https://host/repo', shown: 'https://host/repo' });
    expect(url.auth).to.deep.equal({ username: 'robot', password: 'p@ss/w' });
  });

  it('with a user alone keeps him for git but does not show him, for he may be a token', () => {
    expect(parseGitUrl('https://ghp_token@github.com/org/repo')).to.include({
      address: 'https://ghp_token@github.com/org/repo',
      shown: 'https://github.com/org/repo',
    });
  });

  const refused = [
    { text: 'file:///srv/repo', why: "the scheme 'file' is not supported" },
    { text: 'ext::sh -c id', why: 'it holds white space' },
    { text: 'ext::id', why: "the scheme 'ext' is not supported" },
    { text: '/srv/repo', why: 'it is neither' },
    { text: './repo', why: 'it is neither' },
    { text: 'https://host/repo#main', why: "it holds a '#'" },
    { text: 'https://', why: 'it is not a valid address' },
    { text: 'https://ho st/', why: 'it holds white space' },
    { text: 'ssh://host', why: 'it is not of the form' },
    { text: 'ssh://host:99999/x', why: '99999 is not a port' },
    { text: 'ssh://-x@host/x', why: 'its user name' },
    { text: 'ssh://-x/x', why: 'its host name' },
    { text: 'https:host/x', why: "it lacks the slashes after 'https:'" },
    { text: '-x', why: 'it begins with a dash' },
    { text: 'git@host:-x', why: 'its path begins with a dash' },
  ];
  for (const { text, why } of refused) {
    it(`${text} is refused with the reason`, () => {
      expect(() => parseGitUrl(text)).to.throw(`the Git URL '${text}' is refused: ${why}`);
    });
  }

  it('that is refused is shown without its password', () => {
    expect(() => parseGitUrl('ftp://robot:hunter2@host/x'))
      .to.throw()
      .with.property('message')
      .not.contain('hunter2');
  });

  it('with a second scheme in its path is refused', () => {
    expect(() => parseGitUrl('host@ext:://-')).to.throw('its path holds a second scheme');
    expect(() => parseGitUrl('git@host:org://repo')).to.throw('its path holds a second scheme');
  });

  it('never lets an option, a control character or white space through, whatever it is made of', () => {
    const piece = fc.constantFrom(
      '-',
      '--upload-pack=x',
      '@',
      ':',
      '/',
      '//',
      'ssh:',
      'https:',
      'git',
      'host',
      ' ',
      '\n',
      '\\',
      '%00',
      'ext::',
      '[',
      ']',
      '$(id)',
      ';',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        let address: string;
        try {
          ({ address } = parseGitUrl(pieces.join('')));
        } catch {
          return;
        }
        expect(address).to.match(/^(https?:\/\/[^/\s]+|ssh:\/\/[\w@.+[\]:-]+\/|[\w@.+[\]-]+:)/);
        expect(address).not.to.match(/^-|:\/\/-|^(\w+:\/\/)?[^/:]*@-|^[^/:]*:-|[\p{Cc}\s\\]/u);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('who shares a mirror', () => {
  const key = (...args: Parameters<typeof endpointOf>): string => endpointOf(...args).key;
  const base = { url: 'https://host/repo', scope: '' };
  const basic = (username: string, password: string): GitAccess => ({ basic: { username, password } });

  it('is whoever has the same URL, scope and credentials, and nobody else', () => {
    const ssh = { identity: 'key', knownHosts: 'host' };
    const others = [
      { ...base, url: 'https://host/other' },
      { ...base, scope: 'team/secret/1' },
      { ...base, access: basic('a', 'b') },
      { ...base, access: basic('a', 'c') },
      { ...base, access: basic('ab', '') },
      { ...base, access: { bearer: 'ab' } },
      { ...base, access: { ca: 'ab' } },
      { ...base, access: { ...basic('a', 'b'), ca: 'ab' } },
      { ...base, url: 'git@host:repo' },
      { ...base, url: 'git@host:repo', access: { ssh } },
      { ...base, url: 'git@host:repo', access: { ssh: { ...ssh, identity: 'other' } } },
      { ...base, url: 'git@host:repo', access: { ssh: { ...ssh, knownHosts: 'other' } } },
    ];

    expect(key({ ...base, url: 'https://HOST:443/repo' })).to.equal(key(base));
    expect(key({ ...base, url: 'https://a:b@host/repo' })).to.equal(
      key({ ...base, access: basic('a', 'b') }),
    );
    expect(new Set([base, ...others].map((one) => key(one))).size).to.equal(13);
  });

  it('is not told apart by what the URL has no use for', () => {
    const all = { ...basic('a', 'b'), bearer: 'x', ssh: { identity: 'key', knownHosts: 'host' }, ca: 'ca' };
    const used = (url: string): readonly string[] =>
      Object.keys(endpointOf({ url, access: all, scope: '' }).access);

    expect(used('https://host/r')).to.deep.equal(['basic', 'ca']);
    expect(used('http://host/r')).to.deep.equal(['basic']);
    expect(used('git@host:r')).to.deep.equal(['ssh']);
    expect(key({ ...base, access: { ssh: all.ssh } })).to.equal(key(base));
    expect(endpointOf({ ...base, access: { ssh: all.ssh } }).hasOwnAccess).to.equal(false);
  });

  it('and the key holds no password', () => {
    expect(key({ ...base, access: basic('robot', 'hunter2') })).not.to.match(/hunter2|robot/);
  });

  it('prefers the credentials of a Secret to those of the URL, and drops the user of the URL', () => {
    const access = basic('x', 'y');

    expect(endpointOf({ url: 'https://a:b@host/r', access, scope: '' })).to.deep.include({
      access,
      address: 'https://host/r',
    });
    expect(endpointOf({ url: 'https://a:b@host/r', access: { bearer: 't' }, scope: '' })).to.deep.include({
      access: { bearer: 't' },
      address: 'https://host/r',
    });
    expect(endpointOf({ url: 'https://a@host/r', access, scope: '' })).to.include({
      address: 'https://host/r',
    });
    expect(endpointOf({ url: 'ssh://a@host/r', access, scope: '' })).to.deep.include({
      access: {},
      address: 'ssh://a@host/r',
    });
  });
});
