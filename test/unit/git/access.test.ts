import { expect } from 'chai';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'mocha';
import { createAuthority } from '../../../hack/testenv/tls/authority.ts';
import { type AccessKind, accessKindsOf, gitAccessOf } from '../../../src/git/access.ts';
import { endpointOf } from '../../../src/git/remote.ts';
import { createChartSourceOf } from '../../../src/release/desire/chart-source.ts';

const never = new AbortController().signal;
const REF = { namespace: 'team', name: 'git-auth' };
const ALL: readonly AccessKind[] = ['basic', 'ssh', 'ca'];
const KEY = generateKeyPairSync('ed25519', {
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
}).privateKey;
const HOST = 'git.example ssh-ed25519 AAAA\n';
const CA = createAuthority('one').certificatePem.trim();

type Data = Readonly<Record<string, string>>;

function secretOf(data: Data): { metadata: typeof REF; data: Data } {
  const encoded = Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
  return { metadata: REF, data: Object.fromEntries(encoded) as Data };
}

function accessOf(
  data: Data | undefined,
  kinds: readonly AccessKind[] = ALL,
): ReturnType<typeof gitAccessOf> {
  const read = () => Promise.resolve(data === undefined ? undefined : secretOf(data));
  return gitAccessOf(REF, { read, field: 'spec.secretRef', kinds }, never);
}

describe('the access that a Secret gives', () => {
  const rows: readonly { readonly name: string; readonly data: Data; readonly access: object }[] = [
    {
      name: 'by user and password',
      data: { username: 'ann\n', password: 'p w\n' },
      access: { basic: { username: 'ann', password: 'p w' } },
    },
    { name: 'by a token', data: { token: 't1\n' }, access: { basic: { username: 'git', password: 't1' } } },
    {
      name: 'by a token with the name that a host wants beside it',
      data: { username: 'x-token-auth', token: 't1' },
      access: { basic: { username: 'x-token-auth', password: 't1' } },
    },
    { name: 'by a bearer token', data: { bearerToken: 'a.b-c_d=\n' }, access: { bearer: 'a.b-c_d=' } },
    {
      name: 'by an SSH key',
      data: { identity: KEY, known_hosts: HOST.replace('\n', '\r\n'), 'identity.pub': 'ssh-ed25519 AAAA' },
      access: { ssh: { identity: KEY, knownHosts: HOST } },
    },
    {
      name: 'by an SSH key of a Secret of that type',
      data: { 'ssh-privatekey': KEY, known_hosts: `# hosts\n${HOST}` },
      access: { ssh: { identity: KEY, knownHosts: `# hosts\n${HOST}` } },
    },
    {
      name: 'by certificates of authorities, without the words around them',
      data: { 'ca.crt': `our own\n${CA}\nand\n${CA}` },
      access: { ca: `${CA}\n${CA}\n` },
    },
    {
      name: 'by several',
      data: { username: 'ann', password: 'p', 'ca.crt': CA },
      access: { basic: { username: 'ann', password: 'p' }, ca: `${CA}\n` },
    },
  ];
  for (const { name, data, access } of rows) {
    it(`is ${name}`, async () => {
      expect((await accessOf(data)).access).to.deep.equal(access);
    });
  }

  const refused: readonly (readonly [name: string, data: Data | undefined, says: string])[] = [
    [
      'that is not there',
      undefined,
      'does not exist: create it with the keys username and password, or token, or bearerToken, or the keys identity (a private SSH key) and known_hosts, or the key ca.crt',
    ],
    ['without any of the keys', { user: 'ann' }, 'holds none of the keys for it: add the keys username'],
    [
      'with half a login',
      { username: 'ann' },
      'holds a username and neither password nor token: add one of them',
    ],
    ['with the other half', { password: 'p' }, 'holds a password and no username: add it'],
    ['with a token that would end its line', { bearerToken: 'a\n b' }, 'holds a bearerToken with characters'],
    [
      'with a key and no hosts',
      { identity: KEY, known_hosts: '# none\n\n' },
      'holds an SSH key and no known_hosts',
    ],
    [
      'with something else for a key',
      { identity: 'x', known_hosts: HOST },
      'holds an SSH key in identity that is not a',
    ],
    [
      'with something else for a certificate',
      { 'ca.crt': 'x' },
      'holds no certificate in ca.crt: put one there as PEM',
    ],
    [
      'with half a certificate',
      { 'ca.crt': CA.replace(/^MII.{40}/m, '') },
      'holds a damaged certificate in ca.crt',
    ],
  ];
  for (const [name, data, says] of refused) {
    it(`is none for a Secret ${name}`, async () => {
      const error: unknown = await accessOf(data).catch((caught: unknown) => caught);

      expect(error).to.be.an('error').with.property('reason', 'CredentialsUnavailable');
      expect(error)
        .to.have.property('message')
        .that.contains(`Secret team/git-auth of spec.secretRef ${says}`);
    });
  }

  it('is only of the kinds that the address has a use for, and what else there is may be wrong', async () => {
    const data = { username: 'ann', password: 'p', identity: 'x', 'ca.crt': 'x' };

    expect(accessKindsOf('https://git.example/r')).to.deep.equal(['basic', 'ca']);
    expect(accessKindsOf('http://git.example/r')).to.deep.equal(['basic']);
    expect(accessKindsOf('git@git.example:r')).to.deep.equal(['ssh']);
    expect((await accessOf(data, accessKindsOf('http://git.example/r'))).access).to.deep.equal({
      basic: { username: 'ann', password: 'p' },
    });
    expect(await accessOf({ username: 'ann', password: 'p' }, ['ssh']).catch(String)).to.equal(
      'CredentialsError: Secret team/git-auth of spec.secretRef holds none of the keys for it: add the keys identity (a private SSH key) and known_hosts',
    );
  });

  describe('has a scope', () => {
    it('that changes with everything that is used of it', async () => {
      const full = { username: 'a', password: 'b', identity: KEY, known_hosts: HOST, 'ca.crt': CA };
      const other = createAuthority('other').certificatePem;
      const variants = [
        full,
        { username: 'a', password: 'b' },
        { ...full, username: 'x' },
        { ...full, password: 'x' },
        { ...full, identity: `${KEY}\n` },
        { ...full, known_hosts: `${HOST}\n` },
        { ...full, 'ca.crt': other },
        { bearerToken: 'b' },
        { token: 'b' },
      ];
      const scopes = await Promise.all(variants.map(async (data) => (await accessOf(data)).scope));

      expect(new Set(scopes).size).to.equal(variants.length);
      for (const scope of scopes) expect(scope).to.match(/^team\/git-auth\/[0-9a-f]{64}$/);
      expect((await accessOf({ ...full, other: 'x' })).scope).to.equal(scopes[0]);
    });

    it('by which a HelmRelease with the same Secret shares the mirror', async () => {
      const data = { username: 'ann', password: 'p' };
      const url = 'https://git.example/r';
      const readSecret = () => Promise.resolve(secretOf(data));
      const source = { kind: 'git', url, path: '.', skipDepUpdate: false, secretRef: REF } as const;
      const settings = { source } as unknown as Parameters<ReturnType<typeof createChartSourceOf>>[0];

      const found = await createChartSourceOf({
        ...{ readSecret, defaultRef: 'main' },
        ownCommitOf: () => Promise.resolve({ kind: 'none' }),
      })(settings, never);
      if (found.kind === 'not-known-yet') throw new Error(found.why);
      const chart = found.source;
      const own = await accessOf(data, accessKindsOf(url));

      const basic =
        'auth' in chart && chart.auth !== undefined && 'username' in chart.auth ? chart.auth : undefined;
      const theirs = endpointOf({ url, access: basic && { basic }, scope: chart.scope });
      expect(endpointOf({ url, ...own }).key).to.equal(theirs.key);
    });
  });
});
