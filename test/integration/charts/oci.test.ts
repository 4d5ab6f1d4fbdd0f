import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { OciChartSource } from '../../../src/charts/chart.ts';
import { createCertificates } from '../../support/certificates.ts';
import { chartArchive } from '../../support/chart-archive.ts';
import { startChartRepository } from '../../support/chart-repository.ts';
import { type OciRegistry, READER, startOciRegistry } from '../../support/oci-registry.ts';
import { type Harness, startHarness } from './harness.ts';

const archiveOf = (version: string, files = {}): Buffer => chartArchive({ name: 'web', version, files });

describe('charts from an OCI registry', () => {
  let harness: Harness;
  let registry: OciRegistry;

  const web = (version: string, more: Partial<OciChartSource> = {}): OciChartSource => ({
    ...{ kind: 'oci', url: `oci://${registry.host}/charts/web`, version, scope: '' },
    ...more,
  });
  const asked = (): string[] =>
    registry.calls.map(
      ({ method, url }) =>
        `${method} ${url.replace(/^\/v2\/(charts\/web\/)?/, '').replace(/sha256:\w+/, 'DIGEST')}`,
    );

  before(async () => {
    registry = await startOciRegistry();
    for (const version of ['1.0.0', '1.9.0', '1.10.0', '1.10.0+build.2', '2.0.0-rc.1']) {
      await registry.push('charts/web', version.replace('+', '_'), archiveOf(version));
    }
    await registry.push('charts/web', 'latest', archiveOf('0.0.1'));
  });
  beforeEach(async () => {
    harness = await startHarness();
    registry.calls.length = 0;
  });
  afterEach(async () => {
    await harness[Symbol.asyncDispose]();
  });
  after(async () => {
    await registry[Symbol.asyncDispose]();
  });

  it('of an exact version are fetched once for fifty releases, without a list of tags', async () => {
    const charts = await Promise.all(Array.from({ length: 50 }, () => harness.resolve(web('1.0.0'))));

    expect(asked()).to.deep.equal(['GET ', 'GET manifests/1.0.0', 'GET blobs/DIGEST']);
    expect(charts[0]).to.deep.include({ name: 'web', version: '1.0.0', revision: '1.0.0' });
    expect(new Set(charts)).to.have.length(1);
  });

  it('cost one HEAD when looked at again', async () => {
    await harness.resolve(web('1.0.0'));
    registry.calls.length = 0;

    await harness.resolve(web('1.0.0'), true);

    expect(asked()).to.deep.equal(['HEAD manifests/1.0.0']);
  });

  for (const [wanted, found] of [
    ['', '1.10.0+build.2'],
    ['^1', '1.10.0+build.2'],
    ['1.9.x', '1.9.0'],
    ['>=1.0.0-0', '2.0.0-rc.1'],
    ['1.10.0+build.2', '1.10.0+build.2'],
  ] as const) {
    it(`resolve ${JSON.stringify(wanted)} to ${found}`, async () => {
      expect((await harness.resolve(web(wanted))).version).to.equal(found);
    });
  }

  it('follow a tag that moved', async () => {
    const url = `oci://${registry.host}/charts/moving`;
    await registry.push('charts/moving', '1.0.0', archiveOf('1.0.0'));
    const before = await harness.resolve(web('1.0.0', { url }));
    await registry.push('charts/moving', '1.0.0', archiveOf('1.0.0', { 'values.yaml': 'a: 1' }));

    const after = await harness.resolve(web('1.0.0', { url }), true);

    expect(after.digest).not.to.equal(before.digest);
  });

  it('can be named by a tag or a digest in the reference', async () => {
    const url = `oci://${registry.host}/charts/web`;
    const digest = await registry.push('charts/web', '1.0.0', archiveOf('1.0.0'));

    expect((await harness.resolve(web('', { url: `${url}:1.9.0` }))).version).to.equal('1.9.0');
    expect((await harness.resolve(web('1.0.0', { url: `${url}@${digest}` }))).version).to.equal('1.0.0');
    expect(await harness.complaint(web('1.0.0', { url: `${url}:1.9.0` }))).to.match(
      /version 1\.0\.0 and with the tag 1\.9\.0: leave one of them out$/,
    );
  });

  it('pages through the tags', async () => {
    await using front = await startChartRepository();
    const tags = (list: readonly string[]): string => JSON.stringify({ name: 'web', tags: list });
    front.answer('/v2/', (_, response) => response.end('{}'));
    front.answer('/v2/web/tags/list', (request, response) => {
      const last = new URL(request.url ?? '', front.url).searchParams.get('last');
      if (last === null) response.setHeader('link', '</v2/web/tags/list?n=1&last=1.0.0>; rel="next"');
      response.end(tags(last === null ? ['1.0.0'] : ['1.1.0']));
    });

    const message = await harness.complaint(web('^1', { url: `oci://${new URL(front.url).host}/web` }));

    expect(message).to.match(
      /chart oci:\/\/[\d.:]+\/web has no version \^1: the newest are 1\.1\.0, 1\.0\.0$/,
    );
    expect(front.count('/v2/web/tags/list?n=1&last=1.0.0')).to.equal(2);
    expect(front.count('/v2/web/manifests/1.1.0')).to.equal(1);
  });

  it('say what there is instead of a version that does not exist', async () => {
    expect(await harness.complaint(web('1.1'))).to.equal(
      `chart oci://${registry.host}/charts/web has no version 1.1: the newest are 2.0.0-rc.1, 1.10.0+build.2, 1.10.0, 1.9.0, 1.0.0`,
    );
    expect(await harness.complaint(web('^3'))).to.match(
      /^no version of chart oci:\/\/.* satisfies "\^3": the newest are 2\.0\.0-rc\.1, /,
    );
    expect(await harness.complaint(web('latest'))).to.match(
      /^"latest" is neither a version of chart oci:\/\/.* nor a range of versions/,
    );
    expect(await harness.complaint(web('1.0.0', { url: `oci://${registry.host}/charts/nothing` }))).to.match(
      /charts\/nothing does not exist \(404\): check the URL$/,
    );
  });

  it('say so when what lies there is no chart', async () => {
    await registry.push(
      'charts/image',
      '1.0.0',
      archiveOf('1.0.0'),
      'application/vnd.oci.image.layer.v1.tar+gzip',
    );

    expect(await harness.complaint(web('1.0.0', { url: `oci://${registry.host}/charts/image` }))).to.match(
      /charts\/image:1\.0\.0 is not a Helm chart: it has no layer of a chart with a SHA-256 digest$/,
    );
  });

  it('need the credentials of a registry that asks for a password', async () => {
    await using guarded = await startOciRegistry({ isProtected: true });
    await guarded.push('web', '1.0.0', archiveOf('1.0.0'));
    const url = `oci://${guarded.host}/web`;

    const { version } = await harness.resolve(web('1.0.0', { url, auth: READER, scope: 'ns/secret' }));
    expect(version).to.equal('1.0.0');
    expect(guarded.calls.map(({ status }) => status)).to.deep.equal([401, 401, 200, 200]);
    expect(await harness.complaint(web('1.0.0', { url }))).to.equal(
      `chart ${url} 1.0.0 is refused: it needs credentials, and there are none (401): name a Secret in spec.chart.chartPullSecret, or give them to the operator for everybody`,
    );
    const auth = { ...READER, password: 'wrong' };
    expect(await harness.complaint(web('1.0.0', { url, auth, scope: 'ns/other' }))).to.equal(
      `chart ${url} 1.0.0 is refused: the credentials are not accepted (401)`,
    );
  });

  it('come over TLS with a certificate that is trusted, and say so when it is not', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'certificates-'));
    const tls = await createCertificates(dir);
    await using secure = await startOciRegistry({ tls });
    await using trusting = await startHarness({ ca: [tls.ca] });
    await secure.push('web', '1.0.0', archiveOf('1.0.0'));
    const source = web('1.0.0', { url: `oci://${secure.host}/web` });

    expect((await trusting.resolve(source)).version).to.equal('1.0.0');
    expect(await harness.complaint(source)).to.match(/has a certificate that is not trusted/);
    await rm(dir, { recursive: true });
  });

  it('never send credentials or anything else without encryption to a host that is not this one', async () => {
    await using plain = await startChartRepository();
    const { port } = new URL(plain.url);
    const url = `oci://[::ffff:7f00:1]:${port}/web`;

    expect(await harness.complaint(web('1.0.0', { url, auth: READER, scope: 'ns/s' }))).to.match(
      /does not speak TLS as expected/,
    );
    expect(plain.requests).to.have.length(0);
  });
});
