import { expect } from 'chai';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { after, before, describe, it } from 'mocha';
import { commitFiles, createBareRepo } from '../../hack/testenv/git-repos.ts';
import { startGitServer } from '../../hack/testenv/git-server.ts';
import type { GitServer } from '../../hack/testenv/git-server.ts';
import { createAuthority } from '../../hack/testenv/tls/authority.ts';
import type { HelmRelease, HelmReleaseSpec } from '../../src/api/helm-release.ts';
import { createCertificates } from '../support/certificates.ts';
import { chartArchive } from '../support/chart-archive.ts';
import { startChartRepository } from '../support/chart-repository.ts';
import type { ChartRepository } from '../support/chart-repository.ts';
import { READER, startOciRegistry } from '../support/oci-registry.ts';
import type { OciRegistry } from '../support/oci-registry.ts';
import { startSshd } from '../support/sshd.ts';
import type { Sshd } from '../support/sshd.ts';
import { openBench } from './bench.ts';
import type { Bench } from './bench.ts';
import { expectTrouble } from './trouble.ts';
import { webChartFiles, webRelease } from './world.ts';

const NAMESPACE = 'sources';
const OTHER_NAMESPACE = 'sources-without-secret';
const AUTH = { username: 'deploy', password: 'correct horse' };
const authority = createAuthority('private');
const server = authority.issue({ commonName: 'charts', hosts: ['127.0.0.1'] });
const client = authority.issue({ commonName: 'operator' });
/** Neither trusted by the operator nor open to it without a certificate. */
const PRIVATE_TLS = {
  ...{ certificate: server.certificatePem, key: server.keyPem },
  clientCa: authority.certificatePem,
};
const app = (version: string): { name: string; version: string } => ({ name: 'app', version });

describe('charts from everywhere', function () {
  this.timeout(60_000);
  const stack = new AsyncDisposableStack();
  let dir: string;
  let repository: ChartRepository;
  let registry: OciRegistry;
  let sshd: Sshd;
  let secured: GitServer;
  let hidden: ChartRepository;
  let guarded: OciRegistry;
  let bench: Bench;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'chart-sources-'));
    stack.defer(() => rm(dir, { recursive: true, force: true }));
    const tls = await createCertificates(dir);
    repository = stack.use(await startChartRepository({ tls }));
    registry = stack.use(await startOciRegistry());
    sshd = await startSshd(join(dir, 'sshd'));
    stack.defer(() => sshd.stop());
    const { certificate: cert, key, caFile } = tls;
    secured = await startGitServer({ dir: join(dir, 'secured'), tls: { cert, key }, auth: AUTH });
    stack.defer(() => secured.stop());
    hidden = stack.use(await startChartRepository({ tls: PRIVATE_TLS }));
    guarded = stack.use(await startOciRegistry({ isProtected: true }));
    const home = join(dir, 'home');
    await mkdir(join(home, '.ssh'), { recursive: true });
    await writeFile(join(home, '.ssh', 'identity'), sshd.identity);
    await writeFile(join(home, '.ssh', 'known_hosts'), sshd.knownHost);
    await mkdir(join(home, '.docker'));
    const auths = { [`${guarded.host}/everybody`]: READER };
    await writeFile(join(home, '.docker', 'config.json'), JSON.stringify({ auths }));
    const imported = `--helm-repository-import=v3:${join(dir, 'repositories.yaml')}`;
    bench = stack.use(
      await openBench({
        namespace: NAMESPACE,
        operator: {
          flags: ['--charts-sync-interval=2s', imported],
          env: { HOME: home, SSL_CERT_FILE: caFile },
        },
      }),
    );
    await bench.world.cluster.createNamespace(OTHER_NAMESPACE);
  });

  after(() => stack.disposeAsync());

  const release = async (name: string, spec: Partial<HelmReleaseSpec>): Promise<void> => {
    await bench.apply(webRelease(bench.world, NAMESPACE, name, spec));
  };

  const releaseElsewhere = async (name: string, spec: Partial<HelmReleaseSpec>): Promise<void> => {
    await bench.apply(webRelease(bench.world, OTHER_NAMESPACE, name, spec));
  };
  const writeSecret = (
    name: string,
    stringData: Readonly<Record<string, string>>,
    type?: string,
  ): Promise<void> =>
    bench.apply({
      ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: NAMESPACE }, stringData },
      ...(type === undefined ? {} : { type }),
    });
  const untilChart = (name: string, chart: string): Promise<HelmRelease> =>
    bench.world.until(
      NAMESPACE,
      name,
      ({ status }) => {
        expect(status?.deployed?.chart).to.equal(chart);
      },
      8_000,
    );

  /** The newest version of a range is installed, and a newer one is upgraded to by itself. */
  const followsRange = async (
    name: string,
    url: string,
    publish: (version: string) => Promise<void>,
  ): Promise<void> => {
    await publish('1.0.0');
    await publish('2.0.0');
    await release(name, { chart: { repository: url, name: 'app', version: '1.x' } });
    const installed = await bench.untilReady(name);
    expect(installed.status?.deployed).to.include({
      chart: 'app-1.0.0',
      sourceRevision: '1.0.0',
      revision: 1,
    });

    await publish('1.1.0');

    const upgraded = await bench.world.until(NAMESPACE, name, ({ status }) => {
      expect(status?.deployed?.chart).to.equal('app-1.1.0');
    });
    expect(upgraded.status?.deployed?.revision).to.equal(2);
    expect(await bench.world.revisions(NAMESPACE, `${NAMESPACE}-${name}`)).to.have.length(2);
  };

  it('come from a Helm repository whose CA is named in SSL_CERT_FILE', async () => {
    await followsRange('helm-repository', repository.url, async (version) => {
      repository.add(app(version));
      await Promise.resolve();
    });
  });

  it('come from an OCI registry', async () => {
    await followsRange('oci', `oci://${registry.host}/charts`, async (version) => {
      await registry.push('charts/app', version, chartArchive(app(version)));
    });
  });

  it('come from Git over SSH, with the key that an administrator mounted', async () => {
    const path = await createBareRepo(join(dir, 'by-ssh.git'));
    await commitFiles(path, 'main', 'a chart', await webChartFiles('charts/web'));

    await release('ssh', { chart: { git: sshd.url(path), path: 'charts/web' } });

    const ready = await bench.untilReady('ssh');
    expect(ready.status?.deployed?.sourceRevision).to.match(/^[0-9a-f]{40}$/);
    expect(await sshd.commands()).to.include(`git-upload-pack '${path}'`);
  });

  it('come from Git over HTTPS with the credentials of a Secret, as soon as it appears and is right', async () => {
    await secured.createRepo('charts');
    await secured.commit('charts', await webChartFiles('web'));
    const secret = (data: Readonly<Record<string, string>>): Promise<void> => writeSecret('git', data);

    await release('https', {
      chart: { git: secured.repoUrl('charts'), path: 'web', secretRef: { name: 'git' } },
    });
    const missing = `Secret ${NAMESPACE}/git`;
    await expectTrouble(bench, 'https', {
      step: 'chart',
      says: [missing, 'does not exist', 'create it'],
      stalled: false,
    });

    await secret({ ...AUTH, password: 'wrong' });
    await bench.world.until(
      NAMESPACE,
      'https',
      ({ status }) => {
        expect(status?.failure?.cause).to.include('refuses the credentials: check user name and password');
      },
      4_000,
    );

    await secret(AUTH);
    const ready = await bench.untilReady('https', 4_000);
    expect(JSON.stringify(ready) + bench.operator.log()).not.to.include(AUTH.password);
  });

  it('come from a Helm repository by the Secret of spec.chart.chartPullSecret, and only by it', async () => {
    hidden.add(app('1.0.0'));
    hidden.protect(AUTH.username, AUTH.password);
    const chart = { repository: hidden.url, name: 'app', version: '1.x', chartPullSecret: { name: 'pull' } };
    await release('hidden', { chart });
    await expectTrouble(bench, 'hidden', {
      step: 'chart',
      says: [`Secret ${NAMESPACE}/pull of spec.chart.chartPullSecret does not exist`, 'create it'],
      stalled: false,
    });

    const tls = {
      ...{ 'ca.crt': authority.certificatePem, 'tls.crt': client.certificatePem, 'tls.key': client.keyPem },
    };
    await writeSecret('pull', { ...AUTH, ...tls });
    await untilChart('hidden', 'app-1.0.0');
    await releaseElsewhere('hidden', { chart: { ...chart, version: '1.0.0' } });
    await expectTrouble({ ...bench, namespace: OTHER_NAMESPACE }, 'hidden', {
      step: 'chart',
      says: [`Secret ${OTHER_NAMESPACE}/pull`, 'does not exist'],
      stalled: false,
    });

    hidden.protect(AUTH.username, 'battery staple');
    hidden.add(app('1.1.0'));
    await expectTrouble(bench, 'hidden', {
      step: 'chart',
      says: ['the credentials are not accepted (401)'],
      stalled: false,
    });
    await writeSecret('pull', { ...AUTH, password: 'battery staple', ...tls });
    const upgraded = await untilChart('hidden', 'app-1.1.0');

    expect(await bench.world.revisions(NAMESPACE, `${NAMESPACE}-hidden`)).to.have.length(2);
    expect(await bench.world.revisions(OTHER_NAMESPACE, `${OTHER_NAMESPACE}-hidden`)).to.have.length(0);
    expect(JSON.stringify(upgraded) + bench.operator.log()).not.to.match(
      /correct horse|battery staple|PRIVATE/,
    );
  });

  it('defect 14: come from a repository that is imported by a file which appears late', async () => {
    const { certificate, key } = PRIVATE_TLS;
    await using late = await startChartRepository({ tls: { certificate, key } });
    late.add(app('1.0.0'));
    late.protect(AUTH.username, AUTH.password);
    await release('late', { chart: { repository: `${late.url}/`, name: 'app', version: '1.0.0' } });
    await expectTrouble(bench, 'late', {
      step: 'chart',
      says: ['has a certificate that is not trusted', 'spec.chart.chartPullSecret', 'SSL_CERT_FILE'],
      stalled: false,
    });
    expect(bench.operator.log()).to.match(/could not import Helm repositories.*does not exist/);

    const repositories = [{ name: 'late', url: late.url, ...AUTH, insecure_skip_tls_verify: true }];
    await writeFile(join(dir, 'repositories.yaml'), dump({ apiVersion: 'v1', repositories }));

    const { status } = await bench.untilReady('late', 10_000);
    expect(status?.insecureSources).to.deep.equal([`chart from ${late.url}/`]);
    expect(await bench.world.revisions(NAMESPACE, `${NAMESPACE}-late`)).to.have.length(1);
  });

  it('come from an OCI registry by a Secret of docker login, or by what the operator is logged in with', async () => {
    for (const folder of ['everybody', 'team'])
      await guarded.push(`${folder}/app`, '1.0.0', chartArchive(app('1.0.0')));
    const from = (folder: string): HelmReleaseSpec['chart'] => ({
      ...{ repository: `oci://${guarded.host}/${folder}`, name: 'app', version: '1.0.0' },
    });
    const login = { auths: { [`https://${guarded.host}`]: { auth: btoa('reader:letmein') } } };
    const type = 'kubernetes.io/dockerconfigjson';
    await writeSecret('login', { '.dockerconfigjson': JSON.stringify(login) }, type);

    await release('everybody', { chart: from('everybody') });
    await release('team', { chart: { ...from('team'), chartPullSecret: { name: 'login' } } });
    await releaseElsewhere('team', { chart: from('team') });

    await bench.untilReady('everybody');
    await bench.untilReady('team');
    await expectTrouble({ ...bench, namespace: OTHER_NAMESPACE }, 'team', {
      step: 'chart',
      says: ['needs credentials, and there are none (401)', 'spec.chart.chartPullSecret'],
      stalled: false,
    });
    expect(await bench.world.revisions(NAMESPACE, `${NAMESPACE}-team`)).to.have.length(1);
    expect(await bench.world.revisions(OTHER_NAMESPACE, `${OTHER_NAMESPACE}-team`)).to.have.length(0);
  });
});
