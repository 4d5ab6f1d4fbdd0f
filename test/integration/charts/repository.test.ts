import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { dump } from 'js-yaml';
import type { RepositoryChartSource } from '../../../src/charts/chart.ts';
import { createAddressCheck } from '../../../src/net/addresses.ts';
import { createCertificates } from '../../support/certificates.ts';
import { archiveOf, chartArchive, sha256 } from '../../support/chart-archive.ts';
import { type ChartRepository, startChartRepository } from '../../support/chart-repository.ts';
import { CHARTS_SYNC_MS, type Harness, startHarness } from './harness.ts';

describe('charts from a Helm repository', () => {
  let harness: Harness;
  let repository: ChartRepository;

  const web = (version = '^1', more: Partial<RepositoryChartSource> = {}): RepositoryChartSource => ({
    ...{ kind: 'repository', url: repository.url, name: 'web', version, scope: '' },
    ...more,
  });

  beforeEach(async () => {
    harness = await startHarness();
    repository = await startChartRepository();
  });
  afterEach(async () => {
    await harness[Symbol.asyncDispose]();
    await repository[Symbol.asyncDispose]();
  });

  it('are looked up and downloaded once for fifty releases, and not at all while the answer is new', async () => {
    const archive = repository.add({ name: 'web', version: '1.2.0', appVersion: '7' });
    repository.add({ name: 'web', version: '2.0.0' });

    const charts = await Promise.all(Array.from({ length: 50 }, () => harness.resolve(web())));
    await harness.resolve(web());

    expect(repository.requests.map(({ url, status }) => [url, status])).to.deep.equal([
      ['/index.yaml', 200],
      ['/web-1.2.0.tgz', 200],
    ]);
    expect(new Set(charts.map(({ path }) => path))).to.have.length(1);
    expect(charts[0]).to.deep.include({ name: 'web', version: '1.2.0', appVersion: '7', revision: '1.2.0' });
    expect(charts[0]).not.to.have.property('insecure');
    expect(await readFile(charts[0]?.path ?? '')).to.deep.equal(archive);
  });

  it('defect 14: cost one conditional request when nothing changed, and one download when something did', async () => {
    repository.add({ name: 'web', version: '1.0.0' });
    const before = await harness.resolve(web());

    harness.pass(CHARTS_SYNC_MS);
    expect(await harness.resolve(web())).to.deep.equal(before);
    expect(repository.count('/index.yaml', 304)).to.equal(1);

    repository.add({ name: 'web', version: '1.1.0' });
    harness.pass(CHARTS_SYNC_MS);
    expect((await harness.resolve(web())).version).to.equal('1.1.0');
    expect(repository.requests.map(({ url, status }) => [url, status]).slice(3)).to.deep.equal([
      ['/index.yaml', 200],
      ['/web-1.1.0.tgz', 200],
    ]);
  });

  it('cost one conditional request too where a server knows times only', async () => {
    repository.add({ name: 'web', version: '1.0.0' });
    await harness.resolve(web());
    const modified = 'Wed, 03 Jan 2024 00:00:00 GMT';
    const index = dump({
      apiVersion: 'v1',
      entries: { web: [{ version: '1.0.0', urls: ['web-1.0.0.tgz'] }] },
    });
    repository.answer('/index.yaml', ({ headers }, response) => {
      if (headers['if-modified-since'] === modified) response.writeHead(304).end();
      else response.writeHead(200, { 'last-modified': modified }).end(index);
    });

    for (let times = 0; times < 3; times += 1) {
      harness.pass(CHARTS_SYNC_MS);
      await harness.resolve(web());
    }

    const statuses = repository.requests
      .filter(({ url }) => url === '/index.yaml')
      .map(({ status }) => status);
    expect(statuses).to.deep.equal([200, 200, 304, 304]);
  });

  it('share the index of their repository, and the archive with whoever else resolves to it', async () => {
    repository.add({ name: 'web', version: '1.0.0' });
    repository.add({ name: 'db', version: '1.0.0' });

    const sources = [web('1.0.0'), web('*'), web('>=1'), web('*', { name: 'db' })];
    await Promise.all(sources.map((source) => harness.resolve(source)));

    expect(repository.count('/index.yaml')).to.equal(1);
    expect(repository.count('/web-1.0.0.tgz')).to.equal(1);
    expect(harness.charts.stats().store.charts).to.equal(2);
  });

  it('are notices of a move only when their content moved', async () => {
    const moves: string[][] = [];
    repository.add({ name: 'web', version: '1.0.0' });
    harness.charts.onMoved((keys) => moves.push(keys));
    harness.charts.watch(web(), 'ns/a');
    await harness.resolve(web());

    repository.add({ name: 'db', version: '1.0.0' });
    await harness.charts.refreshAll();
    expect(moves).to.deep.equal([]);

    repository.add({ name: 'web', version: '1.0.1' });
    await harness.charts.refreshAll();
    expect(moves).to.deep.equal([['ns/a']]);
    expect(harness.charts.stats().sources[1]).to.deep.include({ kind: 'repository', count: 1, failing: 0 });
  });

  it('are downloaded again when the same version was pushed with other content', async () => {
    repository.add({ name: 'web', version: '1.0.0' });
    const before = await harness.resolve(web());

    repository.replace({ name: 'web', version: '1.0.0', files: { 'values.yaml': 'a: 1' } });
    const after = await harness.resolve(web(), true);

    expect(after.version).to.equal(before.version);
    expect(after.digest).not.to.equal(before.digest);
    expect(repository.count('/web-1.0.0.tgz', 200)).to.equal(2);
  });

  it('are downloaded again when the archive was pushed anew behind an index that tells no digests', async () => {
    const untold = { digest: undefined };
    repository.add({ name: 'web', version: '1.0.0' }, untold);
    const before = await harness.resolve(web());
    expect(await harness.resolve(web(), true)).to.deep.equal(before);
    expect(repository.count('/web-1.0.0.tgz', 304)).to.equal(1);

    repository.put(
      '/web-1.0.0.tgz',
      chartArchive({ name: 'web', version: '1.0.0', files: { 'values.yaml': 'a: 1' } }),
    );
    const after = await harness.resolve(web(), true);
    expect(after.digest).not.to.equal(before.digest);
    expect(repository.count('/web-1.0.0.tgz', 200)).to.equal(2);

    repository.answer('/web-1.0.0.tgz', (_, response) => response.writeHead(503).end());
    expect(await harness.resolve(web(), true)).to.deep.equal(after);
    repository.answer('/web-1.0.0.tgz', (_, response) => response.writeHead(403).end());
    expect(await harness.complaint(web())).to.match(/web-1\.0\.0\.tgz is refused/);
  });

  it('are downloaded again when the stored file is gone', async () => {
    repository.add({ name: 'web', version: '1.0.0' });
    const before = await harness.resolve(web());
    await rm(before.path);

    expect(await harness.resolve(web())).to.deep.equal(before);
    expect(repository.count('/web-1.0.0.tgz')).to.equal(2);
  });

  it('are refused when the bytes are not those that the index announced', async () => {
    const archive = repository.add({ name: 'web', version: '1.0.0' });
    repository.put('/web-1.0.0.tgz', chartArchive({ name: 'evil', version: '1.0.0' }));

    expect(await harness.complaint(web())).to.equal(
      `the archive ${repository.url}/web-1.0.0.tgz is not what it should be: its SHA-256 is ${sha256(chartArchive({ name: 'evil', version: '1.0.0' }))}, announced was ${sha256(archive)}`,
    );
    expect(await readdir(join(harness.dir, 'charts', 'incoming'))).to.deep.equal([]);
    expect(harness.charts.stats().store.charts).to.equal(0);
  });

  it('never come from what another repository announced under the same digest', async () => {
    await using hostile = await startChartRepository();
    const secret = repository.add({ name: 'web', version: '1.0.0' });
    hostile.add({ name: 'web', version: '1.0.0', files: { evil: '' } }, { digest: sha256(secret) });
    await harness.resolve(web());

    expect(await harness.complaint(web('^1', { url: hostile.url }))).to.match(/is not what it should be/);
    expect(hostile.count('/web-1.0.0.tgz')).to.equal(1);
  });

  it('need the credentials of each who asks, although somebody else has them already', async () => {
    const auth = { username: 'me', password: 's3cret' };
    repository.protect(auth.username, auth.password);
    repository.add({ name: 'web', version: '1.0.0' });

    await harness.resolve(web('^1', { auth, scope: 'ns/secret' }));
    expect(await harness.complaint(web())).to.equal(
      `the index of chart repository ${repository.url} is refused: it needs credentials, and there are none (401): name a Secret in spec.chart.chartPullSecret, or give them to the operator for everybody`,
    );
    expect(
      await harness.complaint(web('^1', { auth: { ...auth, password: 'wrong' }, scope: 'ns/other' })),
    ).to.equal(
      `the index of chart repository ${repository.url} is refused: the credentials are not accepted (401)`,
    );
  });

  it('accept credentials written into the URL and never show them', async () => {
    repository.protect('me', 's3cret');
    repository.add({ name: 'web', version: '1.0.0' });
    const url = repository.url.replace('://', '://me:s3cret@');

    expect((await harness.resolve(web('^1', { url }))).version).to.equal('1.0.0');
    expect(await harness.complaint(web('^9', { url }))).not.to.contain('s3cret');
  });

  it('do not carry the credentials of the repository to the host of the archive', async () => {
    await using elsewhere = await startChartRepository();
    const archive = elsewhere.add({ name: 'web', version: '1.0.0' });
    const auth = { username: 'me', password: 's3cret' };
    repository.protect(auth.username, auth.password);
    const url = `${elsewhere.url}/web-1.0.0.tgz`;
    repository.add({ name: 'web', version: '1.0.0' }, { urls: [url], digest: sha256(archive) });

    await harness.resolve(web('^1', { auth, scope: 'ns/secret' }));

    expect(elsewhere.requests.map(({ authorization }) => authorization)).to.deep.equal([undefined]);
    expect(repository.requests.map(({ authorization }) => authorization)).to.not.include(undefined);
  });

  it('keep the query of the repository, which may be what lets us in', async () => {
    repository.add({ name: 'web', version: '1.0.0' });

    await harness.resolve(web('^1', { url: `${repository.url}/?token=abc` }));

    expect(repository.requests.map(({ url }) => url)).to.deep.equal([
      '/index.yaml?token=abc',
      '/web-1.0.0.tgz?token=abc',
    ]);
    expect(await harness.complaint(web('^9', { url: `${repository.url}/?token=abc` }))).not.to.contain('abc');
  });

  it('may lie in a registry to which the index points', async () => {
    repository.add({ name: 'web', version: '1.0.0' }, { urls: ['oci://127.0.0.1:1/charts/web:1.0.0'] });

    expect(await harness.complaint(web())).to.match(/^https:\/\/127\.0\.0\.1:1\/v2\/ refused the connection/);
  });

  for (const [what, prepare, complaint] of [
    [
      'a name that is near another',
      () => ({ name: 'webb' }),
      /^chart webb is not in the index of chart repository http:\/\/[\d.:]+: did you mean web\?$/,
    ],
    [
      'a name that is near none',
      () => ({ name: 'prometheus' }),
      /chart prometheus is not in the index of .*: it lists 1 other charts$/,
    ],
    [
      'a version that does not exist',
      () => ({ version: '^9' }),
      /^no version of chart web of http:\/\/[\d.:]+ satisfies "\^9": the newest are 2\.0\.0-rc\.1, 1\.1\.0, 1\.0\.0$/,
    ],
    [
      'a version that is none',
      () => ({ version: 'newest' }),
      /^"newest" is neither a version of chart web of http:\/\/[\d.:]+ nor a range of versions, such as 1\.2\.3, \^1\.2 or ">=1 <2"$/,
    ],
    [
      'a repository that is none',
      () => ({ url: `${repository.url}/nothing` }),
      /^the index of chart repository http:\/\/[\d.:]+\/nothing does not exist \(404\): check the URL$/,
    ],
    [
      'an index that is not YAML',
      () => {
        repository.put('/index.yaml', 'entries: [');
        return {};
      },
      /^the index of chart repository http:\/\/[\d.:]+ is not YAML: /,
    ],
    [
      'an index that is a web page',
      () => {
        repository.put('/index.yaml', '<html><body>Sign in</body></html>');
        return {};
      },
      /^the index of chart repository http:\/\/[\d.:]+ is not an index of charts: it has no entries: write it anew there \(helm repo index\)$/,
    ],
    [
      'a server in trouble',
      () => {
        repository.answer('/index.yaml', (_, response) => response.writeHead(503).end());
        return {};
      },
      /could not be fetched: the server answered with status 503$/,
    ],
    [
      'an archive that is missing',
      () => {
        repository.answer('/web-1.1.0.tgz', (_, response) => response.writeHead(404).end());
        return {};
      },
      /^the archive http:\/\/[\d.:]+\/web-1\.1\.0\.tgz does not exist \(404\): check the URL$/,
    ],
    [
      'an entry without URL',
      () => {
        repository.add({ name: 'web', version: '1.2.0' }, { urls: [] });
        return {};
      },
      /^the index has no URL for version 1\.2\.0 of chart web of/,
    ],
    [
      'an entry with a plugin’s URL',
      () => {
        repository.add({ name: 'web', version: '1.2.0' }, { urls: ['s3://bucket/web.tgz'] });
        return {};
      },
      /^the index has a URL that is neither https:\/\/, http:\/\/ nor oci:\/\/ for version 1\.2\.0/,
    ],
    [
      'an archive that is no chart',
      () => {
        repository.add({ name: 'web', version: '1.2.0' }, { digest: undefined });
        repository.put('/web-1.2.0.tgz', archiveOf([{ path: 'web/readme' }]));
        return {};
      },
      /^the archive http:\/\/[\d.:]+\/web-1\.2\.0\.tgz holds no Chart\.yaml: it is not a chart$/,
    ],
  ] as readonly (readonly [string, () => Partial<RepositoryChartSource>, RegExp])[]) {
    it(`say what is wrong with ${what}`, async () => {
      repository.add({ name: 'web', version: '1.0.0' });
      repository.add({ name: 'web', version: '1.1.0' });
      repository.add({ name: 'web', version: '2.0.0-rc.1' });

      expect(await harness.complaint(web('^1', prepare()))).to.match(complaint);
    });
  }

  it('recover without a restart when a broken index is mended', async () => {
    repository.put('/index.yaml', 'entries: [');
    await harness.complaint(web());
    repository.add({ name: 'web', version: '1.0.0' });
    harness.pass(CHARTS_SYNC_MS);

    expect((await harness.resolve(web())).version).to.equal('1.0.0');
  });

  it('come over TLS with a certificate that is trusted, and say so when it is not', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'certificates-'));
    const tls = await createCertificates(dir);
    await using secure = await startChartRepository({ tls });
    await using trusting = await startHarness({ ca: [tls.ca] });
    secure.add({ name: 'web', version: '1.0.0' });

    expect((await trusting.resolve(web('^1', { url: secure.url }))).version).to.equal('1.0.0');
    expect(await harness.complaint(web('^1', { url: secure.url }))).to.match(
      /index\.yaml has a certificate that is not trusted/,
    );
    await rm(dir, { recursive: true });
  });

  it('are not asked for at addresses that are denied', async () => {
    await using careful = await startHarness({ checkAddress: createAddressCheck(['127.0.0.0/8']) });
    repository.add({ name: 'web', version: '1.0.0' });

    expect(await careful.complaint(web())).to.match(
      /is not asked: 127\.0\.0\.1 is in a range that this operator must not reach/,
    );
    expect(repository.requests).to.have.length(0);
  });
});
