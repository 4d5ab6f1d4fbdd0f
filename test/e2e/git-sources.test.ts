import { expect } from 'chai';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { git } from '../../hack/testenv/git-repos.ts';
import { startGitServer } from '../../hack/testenv/git-server.ts';
import type { GitServer } from '../../hack/testenv/git-server.ts';
import type { HelmReleaseSpec } from '../../src/api/helm-release.ts';
import { createCertificates } from '../support/certificates.ts';
import { openBench } from './bench.ts';
import type { Bench } from './bench.ts';
import { expectTrouble } from './trouble.ts';
import { webChartFiles } from './world.ts';

const NAMESPACE = 'git-sources';
const ELSEWHERE = 'git-secrets';

describe('defect 13: charts from Git', function () {
  this.timeout(60_000);
  const stack = new AsyncDisposableStack();
  const auth = { username: 'deploy', password: 'correct horse' };
  let bench: Bench;
  let secured: GitServer;

  before(async () => {
    const dir = await mkdtemp(join(tmpdir(), 'git-sources-'));
    stack.defer(() => rm(dir, { recursive: true, force: true }));
    const { certificate: cert, key, caFile } = await createCertificates(dir);
    secured = await startGitServer({ dir: join(dir, 'secured'), tls: { cert, key }, auth });
    stack.defer(() => secured.stop());
    const operator = { env: { SSL_CERT_FILE: caFile } };
    bench = stack.use(await openBench({ namespace: NAMESPACE, operator }));
    await bench.world.cluster.createNamespace(ELSEWHERE);
  });

  after(() => stack.disposeAsync());

  const apply = (name: string, chart: HelmReleaseSpec['chart']): Promise<void> =>
    bench.apply({
      ...{ apiVersion: 'helm.fluxcd.io/v1', kind: 'HelmRelease' },
      ...{ metadata: { name, namespace: NAMESPACE }, spec: { releaseName: name, chart } },
    });
  const writeSecret = (data: Readonly<Record<string, string>>): Promise<void> =>
    bench.apply({
      ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'deploy', namespace: ELSEWHERE } },
      stringData: data,
    });
  /** Helm's own word on what there is: so many revisions, the newest with this value. */
  const expectRevisions = async (name: string, count: number, replicas: number): Promise<void> => {
    const { cluster, revisions } = bench.world;
    const stored = await revisions(NAMESPACE, name);
    expect(stored.map(({ status }) => status)).to.deep.equal([
      ...Array.from({ length: count - 1 }, () => 'superseded'),
      'deployed',
    ]);
    const query = ['-o', 'jsonpath={.spec.replicas}'];
    const found = await cluster.kubectl('get', 'deployment', name, '-n', NAMESPACE, ...query);
    expect(found).to.equal(String(replicas));
  };
  const untilDeployed = (name: string, commit: string): Promise<unknown> =>
    bench.world.until(NAMESPACE, name, ({ status }) => {
      expect(status?.deployed?.sourceRevision).to.equal(commit);
    });
  /** Another number of replicas, for which helm makes another revision. */
  const withReplicas = async (replicas: number): Promise<Record<string, string>> => {
    const files = await webChartFiles('web');
    const values = files['web/values.yaml'] ?? '';
    return {
      ...files,
      'web/values.yaml': values.replace(/^replicas: .*$/m, `replicas: ${String(replicas)}`),
    };
  };

  it('are read with a Secret of another namespace, whose new password counts at the next fetch', async () => {
    await secured.createRepo('Mixed-Case');
    await secured.commit('Mixed-Case', await withReplicas(1));
    await writeSecret(auth);
    const secretRef = { name: 'deploy', namespace: ELSEWHERE };
    await apply('rotated', { git: secured.repoUrl('Mixed-Case'), path: 'web', secretRef });
    await bench.untilReady('rotated');

    auth.password = 'battery staple';
    const commit = await secured.commit('Mixed-Case', await withReplicas(2));
    await expectTrouble(bench, 'rotated', {
      step: 'chart',
      says: ['refuses the credentials: check user name and password in the Secret'],
      stalled: false,
    });
    await expectRevisions('rotated', 1, 1);

    await writeSecret(auth);
    await untilDeployed('rotated', commit);
    await bench.untilReady('rotated');
    await expectRevisions('rotated', 2, 2);
    expect(bench.operator.log()).not.to.match(/correct horse|battery staple/);
  });

  it('follow a branch whose history was written anew, and one that went and came back as a folder of branches', async () => {
    const { git: server } = bench.world;
    const repository = await server.createRepo('rewritten');
    const first = await server.commit('rewritten', await withReplicas(1));
    await apply('rewritten', { git: server.repoUrl('rewritten'), path: 'web', ref: 'main' });
    await untilDeployed('rewritten', first);

    const unrelated = await server.commit('rewritten', await withReplicas(2), { branch: 'unrelated' });
    await git(['update-ref', 'refs/heads/main', unrelated], repository);
    await git(['update-ref', '-d', 'refs/heads/unrelated'], repository);
    await git(['reflog', 'expire', '--expire=now', '--all'], repository);
    await git(['gc', '--quiet', '--prune=now'], repository);
    await untilDeployed('rewritten', unrelated);
    await expectRevisions('rewritten', 2, 2);

    await git(['update-ref', '-d', 'refs/heads/main'], repository);
    await expectTrouble(bench, 'rewritten', { step: 'chart', says: ["'main'"], stalled: false });
    const nested = await server.commit('rewritten', await withReplicas(3), { branch: 'main/next' });
    await apply('rewritten', { git: server.repoUrl('rewritten'), path: 'web', ref: 'main/next' });
    await untilDeployed('rewritten', nested);
    await expectRevisions('rewritten', 3, 3);
  });

  it('follow a tag that was moved, and stay at a commit that is named by the beginning of its id', async () => {
    const { git: server } = bench.world;
    const repository = await server.createRepo('tagged');
    const first = await server.commit('tagged', await withReplicas(1));
    await git(['tag', 'stable', first], repository);
    const chart = { git: server.repoUrl('tagged'), path: 'web' };
    await apply('tagged', { ...chart, ref: 'stable' });
    await apply('pinned', { ...chart, ref: first.slice(0, 8) });
    await untilDeployed('tagged', first);
    await untilDeployed('pinned', first);

    const second = await server.commit('tagged', await withReplicas(2));
    await git(['tag', '--force', 'stable', second], repository);

    await untilDeployed('tagged', second);
    await expectRevisions('tagged', 2, 2);
    await expectRevisions('pinned', 1, 1);
  });
});
