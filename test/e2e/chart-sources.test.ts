import { expect } from 'chai';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { commitFiles, createBareRepo } from '../../hack/testenv/git-repos.ts';
import { startGitServer } from '../../hack/testenv/git-server.ts';
import type { GitServer } from '../../hack/testenv/git-server.ts';
import type { HelmReleaseSpec } from '../../src/api/helm-release.ts';
import { createCertificates } from '../support/certificates.ts';
import { chartArchive } from '../support/chart-archive.ts';
import { startChartRepository } from '../support/chart-repository.ts';
import type { ChartRepository } from '../support/chart-repository.ts';
import { startOciRegistry } from '../support/oci-registry.ts';
import type { OciRegistry } from '../support/oci-registry.ts';
import { startSshd } from '../support/sshd.ts';
import type { Sshd } from '../support/sshd.ts';
import { openBench } from './bench.ts';
import type { Bench } from './bench.ts';
import { expectTrouble } from './trouble.ts';
import { webChartFiles, webRelease } from './world.ts';

const NAMESPACE = 'sources';
const AUTH = { username: 'deploy', password: 'correct horse' };
const app = (version: string): { name: string; version: string } => ({ name: 'app', version });

describe('charts from everywhere', function () {
  this.timeout(60_000);
  const stack = new AsyncDisposableStack();
  let dir: string;
  let repository: ChartRepository;
  let registry: OciRegistry;
  let sshd: Sshd;
  let secured: GitServer;
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
    const home = join(dir, 'home');
    await mkdir(join(home, '.ssh'), { recursive: true });
    await writeFile(join(home, '.ssh', 'identity'), sshd.identity);
    await writeFile(join(home, '.ssh', 'known_hosts'), sshd.knownHost);
    bench = stack.use(
      await openBench({
        namespace: NAMESPACE,
        operator: { flags: ['--charts-sync-interval=2s'], env: { HOME: home, SSL_CERT_FILE: caFile } },
      }),
    );
  });

  after(() => stack.disposeAsync());

  const release = async (name: string, spec: Partial<HelmReleaseSpec>): Promise<void> => {
    await bench.apply(webRelease(bench.world, NAMESPACE, name, spec));
  };

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
    const secret = (data: Readonly<Record<string, string>>): Promise<void> =>
      bench.apply({
        ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'git', namespace: NAMESPACE } },
        stringData: data,
      });

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
});
