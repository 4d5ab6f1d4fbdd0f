import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { dump } from 'js-yaml';
import { createAuthority } from '../../../hack/testenv/tls/authority.ts';
import type { GitChartSource, OciChartSource, RepositoryChartSource } from '../../../src/charts/chart.ts';
import type { Tls } from '../../../src/charts/http/tls.ts';
import { chartArchive } from '../../support/chart-archive.ts';
import { type ChartRepository, startChartRepository } from '../../support/chart-repository.ts';
import { eventually } from '../../support/eventually.ts';
import { READER, startOciRegistry } from '../../support/oci-registry.ts';
import { CHARTS_SYNC_MS, type Harness, startHarness } from './harness.ts';

const authority = createAuthority('charts');
const server = authority.issue({ commonName: 'server', hosts: ['127.0.0.1'] });
const client = authority.issue({ commonName: 'operator' });
const stranger = createAuthority('strangers').issue({ commonName: 'stranger' });
const TLS = { certificate: server.certificatePem, key: server.keyPem };
const CA = authority.certificatePem;
const OURS = { cert: client.certificatePem, key: client.keyPem };
const LOGIN = { username: 'me', password: 's3cret' };
const WEB = { name: 'web', version: '1.0.0' };

describe('the way to charts that are not for everybody', () => {
  let stack: AsyncDisposableStack;
  let dir: string;
  let harness: Harness;

  beforeEach(async () => {
    stack = new AsyncDisposableStack();
    dir = await mkdtemp(join(tmpdir(), 'access-'));
    stack.defer(() => rm(dir, { recursive: true }));
    harness = stack.use(
      await startHarness({
        repositoryFiles: [file('repositories.yaml')],
        dockerConfigFile: file('config.json'),
        lookEveryMs: 5,
      }),
    );
  });
  afterEach(() => stack.disposeAsync());

  const file = (name: string): string => join(dir, name);
  const serve = async (tls?: Parameters<typeof startChartRepository>[0]): Promise<ChartRepository> => {
    const repository = stack.use(await startChartRepository(tls));
    repository.add(WEB);
    return repository;
  };
  /** Resolves when the operator has read it. */
  const importAll = async (...repositories: readonly object[]): Promise<void> => {
    const before = harness.logged();
    await writeFile(file('repositories.yaml'), dump({ apiVersion: 'v1', repositories }));
    await eventually(() => {
      expect(harness.logged().slice(before.length)).to.include('imported Helm repositories');
    });
  };
  const web = ({ url }: { readonly url: string }, more: object = {}): RepositoryChartSource => ({
    ...{ kind: 'repository', url, name: 'web', version: '^1', scope: '' },
    ...more,
  });
  /** OpenSSL's own server, which says by an alert what it has against a client, as most servers do. */
  const startStrictServer = async (version: '1.2' | '1.3'): Promise<string> => {
    await writeFile(file('server.pem'), server.certificatePem + server.keyPem);
    await writeFile(file('ca.crt'), CA);
    const child = spawn(
      'openssl',
      [
        ...['s_server', '-accept', '127.0.0.1:0', '-www', `-tls${version.replace('.', '_')}`],
        ...['-cert', file('server.pem'), '-CAfile', file('ca.crt'), '-Verify', '1', '-verify_return_error'],
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    stack.defer(async () => {
      if (child.exitCode === null && child.kill()) await once(child, 'exit');
    });
    for await (const line of createInterface(child.stdout)) {
      const port = /^ACCEPT 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (port === undefined) continue;
      child.stdout.resume();
      return `https://127.0.0.1:${port}`;
    }
    throw new Error('openssl s_server ended before it listened');
  };
  const secret = (tls: Tls): object => ({ tls, scope: 'ns/secret' });

  describe('to a Helm repository', () => {
    it('that was imported is open to everybody who names its URL, however it is written', async () => {
      const repository = await serve();
      repository.protect(LOGIN.username, LOGIN.password);
      await importAll({ name: 'private', url: `${repository.url}/`, ...LOGIN });

      expect((await harness.resolve(web(repository))).version).to.equal('1.0.0');
      expect(await harness.complaint(web({ url: `${repository.url}/other` }))).to.match(
        /it needs credentials, and there are none \(401\): name a Secret in spec\.chart\.chartPullSecret/,
      );
    });

    it('opens as soon as the file is there, and closes when it says no more', async () => {
      const repository = await serve();
      repository.protect(LOGIN.username, LOGIN.password);
      const moved: string[] = [];
      harness.charts.onMoved((keys) => moved.push(...keys));
      harness.charts.watch(web(repository), 'ns/a');
      await harness.complaint(web(repository));

      await importAll({ name: 'private', url: repository.url, ...LOGIN });
      await eventually(() => {
        expect(moved).to.deep.equal(['ns/a']);
      });
      expect((await harness.resolve(web(repository))).version).to.equal('1.0.0');

      await importAll();
      await eventually(() => {
        expect(moved).to.deep.equal(['ns/a', 'ns/a']);
      });
      expect(await harness.complaint(web(repository))).to.match(/there are none \(401\)/);
    });

    it('that was imported with a file that is missing says which', async () => {
      const repository = await serve();
      await importAll({ name: 'private', url: repository.url, caFile: 'ca.crt' });

      expect(await harness.complaint(web(repository))).to.equal(
        `repository "private" of ${file('repositories.yaml')} cannot be used: its caFile ca.crt does not exist`,
      );
    });

    it('is no matter of the import, be it broken, for who brings a Secret', async () => {
      const repository = await serve();
      repository.protect(LOGIN.username, LOGIN.password);
      await importAll({ name: 'private', url: repository.url, caFile: 'ca.crt' });

      expect((await harness.resolve(web(repository, { auth: LOGIN, scope: 'ns/secret' }))).version).to.equal(
        '1.0.0',
      );
      expect(await harness.complaint(web(repository))).to.include('cannot be used');
    });

    it('leads through TLS of a private CA and with a client certificate, be they imported or of a Secret', async () => {
      const repository = await serve({ tls: { ...TLS, clientCa: CA } });
      const tls = { ca: CA, certificate: OURS };

      expect((await harness.resolve(web(repository, secret(tls)))).version).to.equal('1.0.0');
      expect(await harness.complaint(web(repository))).to.match(/has a certificate that is not trusted/);

      await writeFile(file('ca.crt'), CA);
      await writeFile(file('tls.crt'), OURS.cert);
      await writeFile(file('tls.key'), OURS.key);
      const files = { caFile: 'ca.crt', certFile: 'tls.crt', keyFile: 'tls.key' };
      await importAll({ name: 'private', url: repository.url, ...files });
      expect((await harness.resolve(web(repository), true)).version).to.equal('1.0.0');
      expect(new Set(repository.requests.map((request) => request.client))).to.deep.equal(
        new Set(['operator']),
      );
    });

    it('says what is missing where the server wants a certificate, or does not accept the one it gets', async () => {
      const repository = await serve({ tls: { ...TLS, clientCa: CA } });
      const other = { ca: CA, certificate: { cert: stranger.certificatePem, key: stranger.keyPem } };

      expect(await harness.complaint(web(repository, secret({ ca: CA })))).to.match(
        /\/index\.yaml wants a client certificate, and there is none: add tls\.crt and tls\.key in the Secret of spec\.chart\.chartPullSecret$/,
      );
      expect(await harness.complaint(web(repository, secret(other)))).to.match(
        /\/index\.yaml ended the connection without a word: check tls\.crt and tls\.key in the Secret of spec\.chart\.chartPullSecret, which it may not accept$/,
      );
      expect(
        await harness.complaint(web(repository, { tls: { certificate: OURS }, scope: 'ns/x' })),
      ).to.match(
        /has a certificate that is not trusted: .* put the certificate of the CA as ca\.crt into the Secret/,
      );
    });

    for (const [version, sent, why] of [
      ['1.3', undefined, 'wants a client certificate, and there is none: add tls.crt and tls.key'],
      ['1.3', stranger, 'does not accept our client certificate (unknown ca): check tls.crt and tls.key'],
      [
        '1.2',
        undefined,
        'refuses the TLS handshake: if it wants a client certificate, add tls.crt and tls.key',
      ],
      ['1.2', stranger, 'does not accept our client certificate (unknown ca): check tls.crt and tls.key'],
    ] as const) {
      it(`says what TLS ${version} says to ${sent ? 'a wrong' : 'no'} client certificate`, async () => {
        const url = await startStrictServer(version);
        const certificate = sent && { cert: sent.certificatePem, key: sent.keyPem };
        const tls = { ca: CA, ...(certificate ? { certificate } : {}) };

        expect(await harness.complaint(web({ url }, secret(tls)))).to.include(`${url}/index.yaml ${why}`);
      });
    }

    it('need not be proved where an administrator said so, which is not kept secret', async () => {
      const repository = await serve({ tls: TLS });
      await importAll({ name: 'test', url: repository.url, insecure_skip_tls_verify: true });

      expect(await harness.resolve(web(repository))).to.have.property('insecure', true);
    });

    it('ends at its host for credentials and client certificates, unless all are to be passed on', async () => {
      const files = await serve({ tls: { ...TLS, clientCa: CA } });
      const repository = await serve({ tls: { ...TLS, clientCa: CA } });
      repository.protect(LOGIN.username, LOGIN.password);
      files.protect(LOGIN.username, LOGIN.password);
      repository.replace({ ...WEB, files: { more: '' } });
      repository.add({ name: 'far', version: '1.0.0' }, { urls: [`${files.url}/far.tgz`] });
      files.put('/far.tgz', chartArchive({ name: 'far', version: '1.0.0' }));
      await writeFile(file('ca.crt'), CA);
      await writeFile(file('tls.crt'), OURS.cert);
      await writeFile(file('tls.key'), OURS.key);
      const entry = {
        ...{ name: 'private', url: repository.url, ...LOGIN, caFile: 'ca.crt' },
        ...{ certFile: 'tls.crt', keyFile: 'tls.key' },
      };
      const far = web(repository, { name: 'far' });

      await importAll(entry);
      expect(await harness.complaint(far)).to.match(/far\.tgz wants a client certificate, and there is none/);
      expect(files.requests).to.have.length(0);

      await importAll({ ...entry, pass_credentials_all: true });
      expect((await harness.resolve(far, true)).name).to.equal('far');
      expect(files.requests.map((request) => request.client)).to.deep.equal(['operator']);
    });

    it('is open to the dependencies of a chart from Git too, by URL and by the name that it was imported under', async () => {
      const repository = await serve();
      repository.protect(LOGIN.username, LOGIN.password);
      repository.add({ name: 'db', version: '1.1.0' });
      await importAll({ name: 'private', url: repository.url, ...LOGIN });
      await harness.git.createRepo('app');
      const dependencies = [
        { name: 'web', version: '^1', repository: repository.url },
        { name: 'db', version: '^1', repository: '@private' },
      ];
      const metadata = { apiVersion: 'v2', name: 'app', version: '1.0.0', dependencies };
      await harness.git.commit('app', { 'app/Chart.yaml': dump(metadata) });
      const source: GitChartSource = {
        ...{ kind: 'git', url: harness.git.repoUrl('app'), ref: 'main', path: 'app' },
        ...{ skipDepUpdate: false, scope: '' },
      };

      expect((await harness.resolve(source)).name).to.equal('app');
      expect(repository.count('/db-1.1.0.tgz', 200)).to.equal(1);
    });

    /** A chart from Git that depends on web of a repository. */
    const dependent = async (repository: ChartRepository, version: string): Promise<GitChartSource> => {
      await harness.git.createRepo('app');
      const dependencies = [{ name: 'web', version, repository: repository.url }];
      const library = { apiVersion: 'v2', name: 'library', version: '1.0.0', dependencies };
      const own = [{ name: 'library', version: '1.0.0', repository: 'file://../library' }];
      await harness.git.commit('app', {
        'library/Chart.yaml': dump(library),
        'app/Chart.yaml': dump({ apiVersion: 'v2', name: 'app', version: '1.0.0', dependencies: own }),
      });
      return {
        ...{ kind: 'git', url: harness.git.repoUrl('app'), ref: 'main', path: 'app' },
        ...{ skipDepUpdate: false, scope: '' },
      };
    };

    it('is closed to dependencies of an exact version too as soon as the login is taken away', async () => {
      const repository = await serve();
      repository.protect(LOGIN.username, LOGIN.password);
      await importAll({ name: 'private', url: repository.url, ...LOGIN });
      const source = await dependent(repository, '1.0.0');
      await harness.resolve(source);

      await importAll();

      expect(await harness.complaint(source)).to.match(/dependency web of .*there are none \(401\)/);
    });

    it('is closed to them when the repository accepts the login no more, but not when it is away', async () => {
      const repository = await serve();
      repository.protect(LOGIN.username, LOGIN.password);
      await importAll({ name: 'private', url: repository.url, ...LOGIN });
      const source = await dependent(repository, '1.0.0');
      const before = await harness.resolve(source);

      repository.answer('/index.yaml', (_, response) => response.writeHead(503).end());
      harness.pass(CHARTS_SYNC_MS);
      expect(await harness.resolve(source, true)).to.deep.equal(before);

      repository.answer('/index.yaml', undefined);
      repository.protect(LOGIN.username, 'another');
      harness.pass(CHARTS_SYNC_MS);
      expect(await harness.complaint(source)).to.match(/the credentials are not accepted \(401\)/);
    });

    it('that need not be proved makes the charts insecure that depend on what is there', async () => {
      const repository = await serve({ tls: TLS });
      await importAll({ name: 'test', url: repository.url, insecure_skip_tls_verify: true });
      const source = await dependent(repository, '^1');

      expect(await harness.resolve(source)).to.have.property('insecure', true);
      expect(await harness.resolve(source, true)).to.have.property('insecure', true);

      await writeFile(file('ca.crt'), CA);
      await importAll({ name: 'test', url: repository.url, caFile: 'ca.crt' });
      expect(await harness.resolve(source, true)).not.to.have.property('insecure');
    });
  });

  describe('to an OCI registry', () => {
    const oci = (host: string, more: object = {}): OciChartSource => ({
      ...{ kind: 'oci', url: `oci://${host}/charts/web`, version: '1.0.0', scope: '' },
      ...more,
    });

    it('is open to everybody once somebody left the file of docker login, and not to who brings a Secret', async () => {
      const registry = stack.use(await startOciRegistry({ isProtected: true }));
      await registry.push('charts/web', '1.0.0', chartArchive(WEB));
      const moved: string[] = [];
      harness.charts.onMoved((keys) => moved.push(...keys));
      harness.charts.watch(oci(registry.host), 'ns/a');
      expect(await harness.complaint(oci(registry.host))).to.match(/there are none \(401\)/);

      await writeFile(file('config.json'), JSON.stringify({ auths: { [registry.host]: READER } }));
      await eventually(() => {
        expect(moved).to.deep.equal(['ns/a']);
      });

      expect((await harness.resolve(oci(registry.host))).version).to.equal('1.0.0');
      expect(await harness.complaint(oci(registry.host, { scope: 'ns/other' }))).to.match(
        /there are none \(401\)/,
      );
    });

    it('leads through TLS of a private CA and with a client certificate', async () => {
      const registry = stack.use(await startOciRegistry({ tls: { ...TLS, clientCa: CA } }));
      await registry.push('charts/web', '1.0.0', chartArchive(WEB));
      const tls = { ca: CA, certificate: OURS };

      expect((await harness.resolve(oci(registry.host, secret(tls)))).version).to.equal('1.0.0');
      expect(await harness.complaint(oci(registry.host, secret({ ca: CA })))).to.match(
        /wants a client certificate, and there is none/,
      );
      expect(await harness.complaint(oci(registry.host))).to.match(/has a certificate that is not trusted/);
    });
  });
});
