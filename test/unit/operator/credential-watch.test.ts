import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import sinon, { type SinonFakeTimers } from 'sinon';
import { createAuthority } from '../../../hack/testenv/tls/authority.ts';
import type { HeldCredential } from '../../../src/charts/access/held.ts';
import type { Credentials } from '../../../src/kube/connect/credentials.ts';
import { type CredentialWatch, startCredentialWatch } from '../../../src/operator/credential-watch.ts';

const authority = createAuthority('watch');
const END = Date.parse('2030-01-01T00:00:00Z') / 1000;
const certificate = (expires: number): string =>
  authority.issue({ commonName: 'me', notAfter: new Date(expires * 1000) }).certificatePem;
const token = (claims: object): string =>
  ['{"alg":"none"}', JSON.stringify(claims), 'signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');
const secret = (name: string, held: Partial<HeldCredential>): HeldCredential => ({
  ...{ held: 'secret', namespace: 'shop', name, certificate: undefined, secret: undefined },
  ...(held as object),
});

describe('the watch over credentials', () => {
  let timers: SinonFakeTimers;
  let watch: CredentialWatch;
  let held: readonly HeldCredential[];
  let own: () => Promise<Credentials>;

  const start = async (): Promise<void> => {
    watch = startCredentialWatch({ own: { current: () => own() }, held: () => held });
    await timers.tickAsync(0);
  };
  const shown = (): readonly string[] =>
    watch
      .lives()
      .map(({ kind, held: by, name, expires }) => `${kind} ${by} ${name} ${String(expires - END)}`);

  beforeEach(() => {
    timers = sinon.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    held = [];
    own = () =>
      Promise.resolve({
        tls: { ca: undefined, cert: undefined, key: undefined },
        token: undefined,
        basic: undefined,
        impersonate: undefined,
      });
  });
  afterEach(() => {
    watch.stop();
    timers.restore();
  });

  it('knows when the certificate and the token for the API server end', async () => {
    own = () =>
      Promise.resolve({
        tls: { ca: undefined, cert: certificate(END + 5), key: undefined },
        token: token({ exp: END, iat: END - 3_600 }),
        basic: undefined,
        impersonate: undefined,
      });
    await start();

    expect(shown()).to.deep.equal(['token api-server api-server 0', 'certificate api-server api-server 5']);
    expect(watch.lives().map(({ issued }) => issued !== undefined)).to.deep.equal([true, true]);
    expect(watch.lives()[0]?.issued).to.equal(END - 3_600);
  });

  it('knows those of chart sources, and nothing of a password or of a token that says nothing', async () => {
    held = [
      secret('pull', { certificate: certificate(END), secret: 'a-password' }),
      secret('registry', { secret: token({ exp: END + 1 }) }),
      secret('opaque', { secret: 'a.b.c' }),
      secret('endless', { secret: token({ sub: 'me' }) }),
      secret('no-number', { secret: token({ exp: 'soon' }) }),
      { held: 'repository-import', name: 'stable', certificate: certificate(END + 2), secret: undefined },
    ];
    await start();

    expect(shown()).to.deep.equal([
      'certificate secret pull 0',
      'token secret registry 1',
      'certificate repository-import stable 2',
    ]);
    expect(watch.lives()[1]).to.deep.equal({
      ...{ kind: 'token', held: 'secret', namespace: 'shop', name: 'registry' },
      ...{ expires: END + 1, issued: undefined },
    });
  });

  it('follows a Secret within ten seconds, and tells of the one that ends first while both are in use', async () => {
    held = [secret('pull', { certificate: certificate(END) })];
    await start();
    held = [...held, secret('pull', { certificate: certificate(END + 100) })];
    await timers.tickAsync(10_000);
    const both = shown();
    held = held.slice(1);
    await timers.tickAsync(10_000);

    expect(both).to.deep.equal(['certificate secret pull 0']);
    expect(shown()).to.deep.equal(['certificate secret pull 100']);
  });

  it('tells of the others while its own cannot be had', async () => {
    own = () => Promise.reject(new Error('the plugin fails'));
    held = [secret('pull', { certificate: certificate(END) })];
    await start();

    expect(shown()).to.deep.equal(['certificate secret pull 0']);
  });

  it('shows two hundred at most, those that end first', async () => {
    held = Array.from({ length: 300 }, (_, at) =>
      secret(`s${String(at)}`, { secret: token({ exp: END - at }) }),
    );
    await start();

    expect(watch.lives()).to.have.length(200);
    expect(shown()[0]).to.equal('token secret s299 -299');
    expect(shown().at(-1)).to.equal('token secret s100 -100');
  });

  it('has nothing in its labels but kinds and names', async () => {
    const hidden = token({ exp: END, password: 'hunter2' });
    held = [secret('pull', { secret: hidden })];
    await start();

    expect(JSON.stringify(watch.lives())).not.to.include(hidden.split('.')[1]);
    expect(Object.keys(watch.lives()[0] ?? {}).sort()).to.deep.equal([
      ...['expires', 'held', 'issued', 'kind', 'name', 'namespace'],
    ]);
  });
});
