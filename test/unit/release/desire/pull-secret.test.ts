import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createAuthority } from '../../../../hack/testenv/tls/authority.ts';
import { CredentialsError } from '../../../../src/api/errors.ts';
import type { Document } from '../../../../src/kube/documents.ts';
import { type PullAccess, readPullSecret } from '../../../../src/release/desire/pull-secret.ts';

const REF = { namespace: 'shop', name: 'pull' };
const NAME = 'Secret shop/pull of spec.chart.chartPullSecret';
const URL = 'https://charts.example.com/stable';
const authority = createAuthority('charts');
const client = authority.issue({ commonName: 'client' });
const signal = new AbortController().signal;

const secret = (data: Readonly<Record<string, string>>, type = 'Opaque'): Document => ({
  metadata: REF,
  type,
  data: Object.fromEntries(
    Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
  ),
});
const docker = (auths: object): Document =>
  secret({ '.dockerconfigjson': JSON.stringify({ auths }) }, 'kubernetes.io/dockerconfigjson');
const read = (found: Document | undefined, url = URL): Promise<PullAccess> =>
  readPullSecret(REF, url, () => Promise.resolve(found), signal);
const complaint = async (found: Document | undefined, url?: string): Promise<string> => {
  const caught: unknown = await read(found, url).catch((error: unknown) => error);
  expect(caught).to.be.instanceOf(CredentialsError);
  return (caught as Error).message;
};

const LOGIN = { username: 'me', password: 'pw' };

describe('the Secret of spec.chart.chartPullSecret', () => {
  it('may hold user name and password, with the line feed of a file behind them', async () => {
    const { auth, tls } = await read(secret({ username: 'me\n', password: 'pw\n' }));

    expect([auth, tls]).to.deep.equal([LOGIN, undefined]);
  });

  it('may hold a client certificate and a CA, with or without a password', async () => {
    const pem = {
      ...{ 'tls.crt': client.certificatePem, 'tls.key': client.keyPem },
      'ca.crt': authority.certificatePem,
    };
    const certificate = { cert: client.certificatePem, key: client.keyPem };
    const ca = authority.certificatePem;

    expect((await read(secret({ ...pem, ...LOGIN }))).auth).to.deep.equal(LOGIN);
    expect((await read(secret(pem, 'kubernetes.io/tls'))).tls).to.deep.equal({ ca, certificate });
    expect((await read(secret({ 'ca.crt': ca, 'tls.crt': '', 'tls.key': '' }))).tls).to.deep.equal({ ca });
  });

  for (const [url, username] of [
    ['oci://registry.example.com/charts/web', 'registry'],
    ['oci://registry.example.com/team/web', 'team'],
    ['oci://registry.example.com:5000/web', 'port'],
    ['https://charts.example.com/stable', 'web'],
  ] as const) {
    it(`may be one of docker login: ${url} takes the entry ${username}`, async () => {
      const found = docker({
        'registry.example.com': { ...LOGIN, username: 'registry' },
        'registry.example.com/team': { ...LOGIN, username: 'team' },
        'https://registry.example.com:5000/v2/': { ...LOGIN, username: 'port' },
        'charts.example.com': { auth: Buffer.from('web:pw').toString('base64') },
      });

      expect((await read(found, url)).auth).to.have.property('username', username);
    });
  }

  it('may be of the older kind of docker login, and hold a CA beside it', async () => {
    const found = secret(
      {
        '.dockercfg': JSON.stringify({ 'charts.example.com': LOGIN }),
        'ca.crt': authority.certificatePem,
      },
      'kubernetes.io/dockercfg',
    );

    const { auth, tls } = await read(found);

    expect(auth).to.deep.equal(LOGIN);
    expect(tls).to.deep.equal({ ca: authority.certificatePem });
  });

  it('makes another source with each other content, Secret and namespace, and shows none of it', async () => {
    const found = secret(LOGIN);
    const { scope } = await read(found);
    const other = (namespace: string, name: string): Promise<PullAccess> =>
      readPullSecret({ namespace, name }, URL, () => Promise.resolve(found), signal);
    const scopes = [
      scope,
      (await read(secret({ ...LOGIN, password: 'other' }))).scope,
      (await read(secret({ ...LOGIN, 'ca.crt': authority.certificatePem }))).scope,
      (await other('shop', 'pull2')).scope,
      (await other('shop2', 'pull')).scope,
    ];

    expect(new Set(scopes)).to.have.length(scopes.length);
    expect((await read(found)).scope).to.equal(scope);
    expect(scope).to.match(/^shop\/pull\/[0-9a-f]{64}$/);
  });

  for (const [what, found, why] of [
    [
      'does not exist',
      undefined,
      `${NAME} does not exist: create it with the keys username and password, or as one of the type kubernetes.io/dockerconfigjson`,
    ],
    [
      'has other keys',
      secret({ user: 'me' }),
      `${NAME} holds nothing of use: give it the keys username and password, tls.crt and tls.key, or ca.crt`,
    ],
    ['has no password', secret({ username: 'me' }), `${NAME} has the key username, but not password: add it`],
    [
      'has no user name',
      secret({ password: 'pw' }),
      `${NAME} has the key password, but not username: add it`,
    ],
    [
      'has no key',
      secret({ 'tls.crt': client.certificatePem }),
      `${NAME} has the key tls.crt, but not tls.key: add it`,
    ],
    [
      'has no certificate',
      secret({ 'tls.key': client.keyPem }),
      `${NAME} has the key tls.key, but not tls.crt: add it`,
    ],
    [
      'has a CA that is none',
      secret({ 'ca.crt': 's3cret' }),
      `${NAME} cannot be used: its key ca.crt holds no certificate in PEM`,
    ],
    [
      'has a certificate that is none',
      secret({ 'tls.crt': 's3cret', 'tls.key': client.keyPem }),
      `${NAME} cannot be used: its key tls.crt holds no certificate in PEM`,
    ],
    [
      'has a key of another certificate',
      secret({ 'tls.crt': client.certificatePem, 'tls.key': authority.keyPem }),
      `${NAME} cannot be used: its key tls.key is not the key of its key tls.crt`,
    ],
    [
      'has no login',
      secret({}, 'kubernetes.io/dockerconfigjson'),
      `${NAME} has no key .dockerconfigjson: make it anew`,
    ],
    [
      'has a login that is none',
      secret({ '.dockerconfigjson': '{"auths": s3cret' }, 'kubernetes.io/dockerconfigjson'),
      `.dockerconfigjson of ${NAME} is not JSON`,
    ],
    [
      'has a login for other hosts',
      docker({ 'a.example.com': LOGIN, 'b.example.com': LOGIN }),
      `.dockerconfigjson of ${NAME} has no entry for charts.example.com, only for a.example.com, b.example.com: add one with docker login, or name another Secret`,
    ],
    [
      'has a login without anything in it',
      docker({ 'charts.example.com': {} }),
      `.dockerconfigjson of ${NAME} has an entry for charts.example.com that holds neither auth nor username and password`,
    ],
  ] as const) {
    it(`that ${what} is told with the way out`, async () => {
      expect(await complaint(found)).to.equal(why);
    });
  }
});
