import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { setTimeout as sleep } from 'node:timers/promises';
import { tool } from '../../hack/testenv/testenv.ts';
import { eventually } from '../support/eventually.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { run } from '../support/run.ts';
import { conditionOf, startWorld, webChartFile, webRelease } from './world.ts';
import type { World } from './world.ts';

const NAMESPACE = 'life';

const chartYaml = (version: string): string =>
  `apiVersion: v2\nname: web\nversion: ${version}\nappVersion: '${version}'\n`;

/** Values with which the simulated node never gets the image. */
const unpullable = (values: string): string =>
  values
    .replace('image: web:1.0', 'image: registry.invalid/web:nope')
    .replace('podAnnotations: {}', 'podAnnotations: { testenv.helm-release-operator.io/pod: image-pull }');

for (const helmTool of ['helm', 'helm3'] as const) {
  describe(`the life of a release with ${helmTool}`, function () {
    this.timeout(120_000);
    let world: World;
    let operator: OperatorProcess | undefined;

    before(async () => {
      world = await startWorld(helmTool);
      await world.cluster.createNamespace(NAMESPACE);
      operator = await world.operator();
    });

    after(async () => {
      await operator?.stop();
      await world.stop();
    });

    it('is installed from a commit and becomes ready', async () => {
      await world.cluster.apply(
        webRelease(world, NAMESPACE, 'web', { wait: true, timeout: 10, rollback: { enable: true } }),
      );

      const release = await world.until(NAMESPACE, 'web', (each) => {
        expect(conditionOf(each, 'Ready').status).to.equal('True');
      });

      expect(release.status).to.include({
        phase: 'Succeeded',
        releaseName: 'life-web',
        releaseStatus: 'deployed',
      });
      expect(conditionOf(release, 'Released').message).to.equal(
        "Release was successful for Helm release 'life-web' in 'life'.",
      );
      const [revision, ...others] = await world.revisions(NAMESPACE, 'life-web');
      expect(revision).to.include({ revision: 1, status: 'deployed' });
      expect(others).to.deep.equal([]);
      expect(await world.cluster.get('deployments', 'life-web', NAMESPACE)).not.to.equal(undefined);
    });

    it('is upgraded by the next commit', async () => {
      const commit = await world.commitChart({ 'Chart.yaml': chartYaml('1.1.0') });

      const release = await world.until(NAMESPACE, 'web', (each) => {
        expect(each.status?.deployed?.revision).to.equal(2);
        expect(conditionOf(each, 'Ready').status).to.equal('True');
      });

      expect(release.status?.revision).to.equal(commit);
      expect(release.status?.deployed).to.include({ chart: 'web-1.1.0', sourceRevision: commit });
      expect((await world.revisions(NAMESPACE, 'life-web')).map(({ status }) => status)).to.deep.equal([
        'superseded',
        'deployed',
      ]);
    });

    it('is left alone by a commit that does not touch its chart', async () => {
      const before = (await world.release(NAMESPACE, 'web')).metadata.resourceVersion;
      const fetched = world.git.requests().lsRefs;
      await world.git.commit('charts', { 'README.md': 'nothing of the chart' });
      await eventually(() => {
        expect(world.git.requests().lsRefs).to.be.greaterThan(fetched + 1);
      });

      expect(await world.revisions(NAMESPACE, 'life-web')).to.have.length(2);
      expect((await world.release(NAMESPACE, 'web')).metadata.resourceVersion).to.equal(before);
    });

    it('is rolled back when a commit cannot become ready, and says why', async () => {
      await world.commitChart({ 'values.yaml': unpullable(await webChartFile('values.yaml')) });

      const release = await world.until(
        NAMESPACE,
        'web',
        (each) => {
          expect(each.status?.phase).to.equal('RolledBack');
        },
        45_000,
      );

      const ready = conditionOf(release, 'Ready');
      expect(ready).to.include({ status: 'False', reason: 'RolledBack' });
      expect(ready.message).to.match(/pod life\/life-web-\S+.*cannot pull image/);
      expect(ready.message).to.match(/rolled back as revision 4 \(web-1\.1\.0\); it is not tried again/);
      expect(conditionOf(release, 'RolledBack').status).to.equal('True');
      expect(conditionOf(release, 'Stalled').status).to.equal('True');
      expect(release.status).to.include({ rollbackCount: 1 });
      expect(release.status?.failure).to.include({ step: 'wait', revision: 3 });
      const stored = await world.revisions(NAMESPACE, 'life-web');
      expect(stored.map(({ revision, status }) => [revision, status])).to.deep.equal([
        [1, 'superseded'],
        [2, 'superseded'],
        [3, 'failed'],
        [4, 'deployed'],
      ]);
      const history = await run(await tool(helmTool), [
        `--kubeconfig=${world.cluster.kubeconfig}`,
        'history',
        'life-web',
        '-n',
        NAMESPACE,
      ]);
      expect(history).to.match(/4\s.*deployed.*Rollback to 2/);
    });

    it('does not try the bad commit again', async () => {
      const runs = async (): Promise<number> =>
        (await operator?.metric('helm_release_operator_helm_processes_started_total')) ?? Number.NaN;
      const ran = await runs();
      await operator?.post('/api/v1/sync-git');
      await world.cluster.kubectl(
        'annotate',
        'helmreleases.helm.fluxcd.io',
        'web',
        '-n',
        NAMESPACE,
        'note=looked-at',
        '--overwrite',
      );
      await sleep(3_000);

      expect(await runs()).to.equal(ran);
      expect(await world.revisions(NAMESPACE, 'life-web')).to.have.length(4);
    });

    it('becomes healthy by the commit that mends it', async () => {
      await world.commitChart({
        'values.yaml': await webChartFile('values.yaml'),
        'Chart.yaml': chartYaml('1.2.0'),
      });

      const release = await world.until(NAMESPACE, 'web', (each) => {
        expect(each.status?.deployed?.chart).to.equal('web-1.2.0');
        expect(conditionOf(each, 'Ready').status).to.equal('True');
      });

      expect(release.status?.failure).to.equal(undefined);
      expect(release.status?.rollbackCount).to.equal(undefined);
      expect(release.status?.conditions?.map(({ type }) => type)).not.to.include.members(['RolledBack']);
    });

    it('is uninstalled when its HelmRelease is deleted', async () => {
      await world.cluster.kubectl(
        'delete',
        'helmreleases.helm.fluxcd.io',
        'web',
        '-n',
        NAMESPACE,
        '--timeout=30s',
      );

      expect(await world.revisions(NAMESPACE, 'life-web')).to.deep.equal([]);
      expect(await world.cluster.get('deployments', 'life-web', NAMESPACE)).to.equal(undefined);
    });
  });
}
