import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { HelmReleaseSpec } from '../../src/api/helm-release.ts';
import { eventually } from '../support/eventually.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { expectReady } from './bench.ts';
import { conditionOf, startWorld, webRelease } from './world.ts';
import type { World } from './world.ts';

const NAMESPACE = 'deleted';
const TARGET = 'deleted-target';
const CRD = new URL('../../crds/helmrelease.yaml', import.meta.url).pathname;
const HELM_RELEASES = 'helmreleases.helm.fluxcd.io';
const ENDS_AFTER = 'testenv.helm-release-operator.io/ends-after';

const slowHook = (on: string): Readonly<Record<string, unknown>> => ({
  hook: { on: [on], podAnnotations: { [ENDS_AFTER]: '3s' } },
});

for (const helm of ['helm', 'helm3'] as const) {
  describe(`what is deleted, with ${helm}`, function () {
    this.timeout(60_000);
    let world: World;
    let workDir: string;
    let operator: OperatorProcess;

    const start = (): Promise<OperatorProcess> =>
      world.operator({ workDir, flags: ['--charts-sync-interval=2s'] });
    const apply = async (
      name: string,
      spec: Partial<HelmReleaseSpec> = {},
      namespace = NAMESPACE,
    ): Promise<void> => {
      await world.cluster.apply(
        webRelease(world, namespace, name, { releaseName: name, timeout: 20, ...spec }),
      );
    };
    const untilReady = async (name: string, namespace = NAMESPACE): Promise<void> => {
      await world.until(namespace, name, expectReady);
    };
    const remove = (kind: string, name: string, ...more: readonly string[]): Promise<string> =>
      world.cluster.kubectl('delete', kind, name, '--timeout=30s', ...more);
    const states = async (name: string, namespace = NAMESPACE): Promise<readonly string[]> =>
      (await world.revisions(namespace, name)).map(({ revision, status }) => `${revision} ${status}`);
    const expectGone = async (name: string, namespace = NAMESPACE): Promise<void> => {
      expect(await states(name, namespace)).to.deep.equal([]);
      expect(await world.cluster.get('deployments', name, namespace)).to.equal(undefined);
    };

    before(async () => {
      workDir = await mkdtemp(join(tmpdir(), 'deletion-'));
      world = await startWorld(helm);
      await world.cluster.createNamespace(NAMESPACE);
      for (const namespace of [TARGET, 'whole']) await world.cluster.createNamespace(namespace);
      operator = await start();
      for (const name of ['upgrading', 'orphaned']) await apply(name);
      await apply('elsewhere', { targetNamespace: TARGET });
      await apply('stays', { targetNamespace: 'whole' });
      await apply('inside', { values: slowHook('pre-delete') }, 'whole');
      await apply('outside', { targetNamespace: TARGET }, 'whole');
    });

    after(async () => {
      await operator.stop();
      await world.stop();
      await rm(workDir, { recursive: true, force: true });
    });

    it('goes when it is deleted in the middle of an upgrade, which ends first', async () => {
      await untilReady('upgrading');
      await apply('upgrading', { values: slowHook('pre-upgrade') });
      await eventually(async () => {
        expect((await states('upgrading')).at(-1)).to.equal('2 pending-upgrade');
      });

      await remove(HELM_RELEASES, 'upgrading', '-n', NAMESPACE);

      await expectGone('upgrading');
    });

    it('goes with its namespace, and with that of its HelmRelease, without a hang', async () => {
      for (const name of ['inside', 'outside']) await untilReady(name, 'whole');
      for (const name of ['stays', 'elsewhere']) await untilReady(name);

      await remove('namespace', 'whole');

      await expectGone('outside', TARGET);
      expect(await states('elsewhere', TARGET)).to.deep.equal(['1 deployed']);
      await remove(HELM_RELEASES, 'stays', '-n', NAMESPACE);
    });

    // Nothing of what follows depends on the helm there is.
    if (helm === 'helm3') return;

    it('goes at the next start when it is deleted while nobody is there', async () => {
      await untilReady('orphaned');
      expect(await operator.stop()).to.equal(0);
      await remove(HELM_RELEASES, 'orphaned', '-n', NAMESPACE, '--wait=false');
      expect(await states('orphaned')).to.deep.equal(['1 deployed']);

      operator = await start();

      await world.cluster.kubectl(
        'wait',
        '--for=delete',
        HELM_RELEASES,
        'orphaned',
        '-n',
        NAMESPACE,
        '--timeout=30s',
      );
      await expectGone('orphaned');
    });

    it('is refused by a sentence when it is to be one of Helm 2', async () => {
      await apply('two', { helmVersion: 'v2' });

      const { status } = await world.until(NAMESPACE, 'two', (each) => {
        expect(conditionOf(each, 'Stalled').status).to.equal('True');
      });

      expect(status?.failure?.cause).to.match(
        /^spec\.helmVersion is v2.*2to3 plugin.*set spec\.helmVersion to v3/,
      );
      expect(await states('two')).to.deep.equal([]);
      await apply('two', { helmVersion: 'v3' });
      await untilReady('two');
    });

    it('stays when the definition of HelmRelease goes, and is taken over when that is back', async () => {
      await remove('crd', HELM_RELEASES);

      expect(await states('two')).to.deep.equal(['1 deployed']);
      expect(await states('elsewhere', TARGET)).to.deep.equal(['1 deployed']);
      await world.cluster.kubectl('apply', '--server-side', '-f', CRD);
      await eventually(() =>
        world.cluster.kubectl('wait', '--for=condition=Established', '--timeout=20s', '-f', CRD),
      );
      await apply('two', { helmVersion: 'v3' });
      await untilReady('two');
      expect(await states('two')).to.deep.equal(['1 deployed']);
      expect(operator.log()).not.to.match(/unexpected failure/);
    });
  });
}
