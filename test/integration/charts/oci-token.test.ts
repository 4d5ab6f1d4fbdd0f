import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { OciChartSource } from '../../../src/charts/chart.ts';
import { chartArchive, sha256 } from '../../support/chart-archive.ts';
import { type ChartRepository, startChartRepository } from '../../support/chart-repository.ts';
import { CHART_LAYER } from '../../support/oci-registry.ts';
import { type Harness, startHarness } from './harness.ts';

const AUTH = { username: 'me', password: 's3cret' };
const BASIC = `Basic ${Buffer.from('me:s3cret').toString('base64')}`;

/** The real registry wants tokens that a token service signed; this one believes any. */
describe('registries that want a token', () => {
  let harness: Harness;
  let registry: ChartRepository;
  let realm: string;
  let life: number;
  let valid: Set<string>;

  const web = (more: Partial<OciChartSource> = {}): OciChartSource => ({
    ...{
      kind: 'oci',
      url: `oci://${new URL(registry.url).host}/web`,
      version: '1.0.0',
      scope: 'ns/s',
      auth: AUTH,
    },
    ...more,
  });

  const serve = (path: string, body: string | Buffer): void => {
    registry.answer(`/v2/${path}`, (request, response) => {
      if (valid.has(request.headers.authorization ?? '')) response.end(body);
      else response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}",service="test"` }).end();
    });
  };
  const serveTokens = (on: ChartRepository): void => {
    on.answer('/token', (request, response) => {
      const token = createHash('sha256')
        .update(`${request.headers.authorization ?? ''}${String(valid.size)}`)
        .digest('hex');
      valid.add(`Bearer ${token}`);
      response.end(JSON.stringify({ token, expires_in: life }));
    });
  };

  beforeEach(async () => {
    harness = await startHarness();
    registry = await startChartRepository();
    [realm, life, valid] = [`${registry.url}/token`, 300, new Set()];
    const archive = chartArchive({ name: 'web', version: '1.0.0' });
    const layers = [{ mediaType: CHART_LAYER, digest: `sha256:${sha256(archive)}`, size: archive.length }];
    serve('', '{}');
    serve('web/manifests/1.0.0', JSON.stringify({ schemaVersion: 2, layers }));
    serve(`web/blobs/sha256:${sha256(archive)}`, archive);
    serveTokens(registry);
  });
  afterEach(async () => {
    await harness[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
  });

  it('get one, for the credentials and this repository only, and it is used as long as it lives', async () => {
    await harness.resolve(web());
    await harness.resolve(web(), true);

    expect(registry.count('/token?service=test&scope=repository%3Aweb%3Apull')).to.equal(1);
    expect(
      registry.requests.map(({ url, authorization }) => [url.slice(0, 8), authorization?.split(' ')[0]]),
    ).to.deep.equal([
      ['/v2/', undefined],
      ['/v2/web/', undefined],
      ['/token?s', 'Basic'],
      ['/v2/web/', 'Bearer'],
      ['/v2/web/', 'Bearer'],
      ['/v2/web/', 'Bearer'], // a HEAD that tells no digest
      ['/v2/web/', 'Bearer'],
    ]);
  });

  it('get another one when it has expired, and when it is not believed any more', async () => {
    await harness.resolve(web());
    harness.pass(life * 1_000);
    await harness.resolve(web(), true);
    valid.clear();
    await harness.resolve(web(), true);

    expect(registry.requests.filter(({ url }) => url.startsWith('/token'))).to.have.length(3);
  });

  it('get an identity token as a form, as OAuth 2 has it, and never see it anywhere else', async () => {
    const forms: string[] = [];
    registry.answer('/token', (request, response) => {
      let form = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (form += chunk));
      request.on('end', () => {
        forms.push(form);
        valid.add('Bearer short-lived');
        response.end(JSON.stringify({ access_token: 'short-lived', expires_in: life }));
      });
    });

    const { version } = await harness.resolve(web({ auth: { identityToken: 'lo/ng lived' } }));

    expect(version).to.equal('1.0.0');
    expect(forms.map((form) => Object.fromEntries(new URLSearchParams(form)))).to.deep.equal([
      {
        ...{ grant_type: 'refresh_token', refresh_token: 'lo/ng lived', client_id: 'helm-release-operator' },
        ...{ service: 'test', scope: 'repository:web:pull' },
      },
    ]);
    expect(JSON.stringify(registry.requests)).not.to.match(/lo%2Fng|lo\/ng/);
  });

  it('are told no identity token by way of a redirect', async () => {
    await using thief = await startChartRepository();
    registry.answer('/token', (_, response) => response.writeHead(307, { location: '/elsewhere' }).end());

    expect(await harness.complaint(web({ auth: { identityToken: 's3cret' } }))).to.match(
      /^http:\/\/[\d.:]+\/token redirects what it should take itself$/,
    );
    realm = `${thief.url}/token`;
    expect(await harness.complaint(web({ auth: { identityToken: 's3cret' } }))).to.match(
      /they are not sent$/,
    );
    expect([registry.count('/elsewhere'), thief.requests.length]).to.deep.equal([0, 0]);
  });

  it('hand out tokens to nobody as well', async () => {
    await harness.resolve(web({ auth: undefined, scope: '' }));

    expect(registry.requests.map(({ authorization }) => authorization)).to.not.include(BASIC);
  });

  it('do not get the credentials sent to another host without encryption', async () => {
    await using thief = await startChartRepository();
    serveTokens(thief);
    realm = `${thief.url}/token`;

    expect(await harness.complaint(web())).to.match(
      /wants its credentials sent to http:\/\/[\d.:]+\/token, which is another host without encryption on the whole way: they are not sent$/,
    );
    expect(thief.requests).to.have.length(0);
  });

  it('are believed when they refuse, and when they talk nonsense', async () => {
    realm = 'file:///etc/passwd';
    expect(await harness.complaint(web())).to.match(
      /sends its clients to "file:\/\/\/etc\/passwd", which is no URL/,
    );

    realm = `${registry.url}/token`;
    registry.answer('/token', (_, response) => response.writeHead(403).end());
    expect(await harness.complaint(web())).to.match(
      /^a token for [\d.:]+\/web from http:\/\/[\d.:]+\/token is refused: the credentials do not allow to read it \(403\)$/,
    );

    registry.answer('/token', (_, response) => response.end('<html>'));
    expect(await harness.complaint(web())).to.match(/could not be had: the answer holds none$/);
  });
});
