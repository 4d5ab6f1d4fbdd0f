import { expect } from 'chai';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import type { HelmRelease, HelmReleaseSpec } from '../../src/api/helm-release.ts';
import { withStatus } from '../../src/helm/storage/codec.ts';
import type { HelmStatus } from '../../src/helm/storage/helm-status.ts';
import { eventually } from '../support/eventually.ts';
import { childrenOf, signalAll } from '../support/operator-children.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { startForeignHelm } from './foreign-helm.ts';
import type { ForeignHelm } from './foreign-helm.ts';
import { conditionOf, startWorld, webRelease } from './world.ts';
import type { World } from './world.ts';

const NAMESPACE = 'stuck';
const HELM_RELEASES = 'helmreleases.helm.fluxcd.io';
const POD = 'testenv.helm-release-operator.io/pod';
const ENDS_AFTER = 'testenv.helm-release-operator.io/ends-after';

const endless = (on: string): Readonly<Record<string, unknown>> => ({
  hook: { on: [on], podAnnotations: { [POD]: 'runs' } },
});

for (const helmTool of ['helm', 'helm3'] as const) {
  describe(`defect 2: a release that is found in the middle of something, with ${helmTool}`, function () {
    this.timeout(120_000);
    let world: World;
    let foreign: ForeignHelm;
    let workDir: string;
    let operator: OperatorProcess | undefined;

    /** Everything is stuck before the operator that has to deal with it starts. */
    before(async () => {
      workDir = await mkdtemp(join(tmpdir(), 'stuck-'));
      world = await startWorld(helmTool);
      await world.cluster.createNamespace(NAMESPACE);
      foreign = await startForeignHelm(world, NAMESPACE);
      await leaveOwnWorkUnfinished();
      await Promise.all([
        leaveUpgradePending('locked'),
        leaveInstallFailed('failed'),
        leaveUninstalling('uninstalling'),
        leaveSuperseded('superseded'),
        leaveUnknown('unknown'),
      ]);
      for (const name of ['locked', 'failed', 'uninstalling', 'superseded', 'unknown']) await apply(name);
      operator = await world.operator({ workDir });
    });

    after(async () => {
      await operator?.stop();
      await foreign.stop();
      await world.stop();
      await rm(workDir, { recursive: true, force: true });
    });

    const apply = (name: string, spec: Partial<HelmReleaseSpec> = {}): Promise<string> =>
      world.cluster.apply(
        webRelease(world, NAMESPACE, name, {
          releaseName: name,
          timeout: 20,
          values: { text: 'wanted' },
          ...spec,
        }),
      );

    async function leaveOwnWorkUnfinished(): Promise<void> {
      const first = await world.operator({ workDir });
      const slow = (on: string) => ({ hook: { on: [on], podAnnotations: { [ENDS_AFTER]: '3s' } } });
      await apply('deleted', { values: slow('pre-delete') });
      await world.until(NAMESPACE, 'deleted', (each) => {
        expect(conditionOf(each, 'Ready').status).to.equal('True');
      });
      await apply('own', { values: slow('pre-install') });
      await world.cluster.kubectl('delete', HELM_RELEASES, 'deleted', '-n', NAMESPACE, '--wait=false');
      await eventually(async () => {
        expect(await states('own')).to.deep.equal(['1 pending-install']);
        expect(await states('deleted')).to.deep.equal(['1 uninstalling']);
      });
      const children = childrenOf(workDir);
      const dead = first.kill();
      signalAll(children, 'SIGKILL');
      await dead;
      expect(await states('own')).to.deep.equal(['1 pending-install']);
      expect(await states('deleted')).to.deep.equal(['1 uninstalling']);
    }

    async function leaveUpgradePending(release: string): Promise<void> {
      await foreign.install(release, {});
      await foreign.interrupt('pending-upgrade', {
        verb: 'upgrade',
        release,
        values: endless('pre-upgrade'),
      });
    }

    async function leaveInstallFailed(release: string): Promise<void> {
      const never = { podAnnotations: { [POD]: 'never-ready' } };
      const failure = await foreign.install(release, never, '--wait', '--timeout=1s').catch(String);
      expect(failure).to.contain('failed');
      expect(await states(release)).to.deep.equal(['1 failed']);
    }

    async function leaveUninstalling(release: string): Promise<void> {
      await foreign.install(release, {
        hook: { on: ['pre-delete'], podAnnotations: { [ENDS_AFTER]: '2s' } },
      });
      await foreign.interrupt('uninstalling', { verb: 'uninstall', release });
    }

    async function leaveSuperseded(release: string): Promise<void> {
      await foreign.install(release, {});
      await foreign.upgrade(release, { text: 'lost' });
      await world.cluster.kubectl('delete', 'secret', '-n', NAMESPACE, secretOf(release, 2));
      expect(await states(release)).to.deep.equal(['1 superseded']);
    }

    async function leaveUnknown(release: string): Promise<void> {
      await foreign.install(release, {});
      await setStatus(release, 1, 'unknown');
    }

    const states = async (release: string): Promise<readonly string[]> =>
      (await world.revisions(NAMESPACE, release)).map(({ revision, status }) => `${revision} ${status}`);

    /** As helm would write it: body and label. */
    async function setStatus(release: string, revision: number, status: HelmStatus): Promise<void> {
      const name = secretOf(release, revision);
      const secret = await world.cluster.get<{ data: { release: string } }>('secrets', name, NAMESPACE);
      const data = { release: await withStatus(secret?.data.release ?? '', { status }) };
      await patchSecret(name, { metadata: { labels: { status } }, data });
    }

    const patchSecret = (name: string, patch: object): Promise<string> =>
      world.cluster.kubectl(
        'patch',
        'secret',
        name,
        '-n',
        NAMESPACE,
        '--type=merge',
        '-p',
        JSON.stringify(patch),
      );

    async function makeOld(release: string, revision: number): Promise<void> {
      const longAgo = String(Math.floor(Date.now() / 1000) - 3_600);
      await patchSecret(secretOf(release, revision), {
        metadata: { labels: { createdAt: longAgo, modifiedAt: longAgo } },
      });
    }

    /** That the release is what its HelmRelease asks for, with these revisions. */
    async function expectReady(name: string, ...revisions: readonly string[]): Promise<HelmRelease> {
      const release = await world.until(NAMESPACE, name, (each) => {
        expect(conditionOf(each, 'Ready').status).to.equal('True');
      });
      expect(await states(name)).to.deep.equal(revisions);
      const rows = await foreign.history(name);
      expect(rows.map(({ revision, status }) => `${revision} ${status}`)).to.deep.equal(revisions);
      return release;
    }

    async function expectText(name: string, text: string): Promise<void> {
      const found = await world.cluster.get<{ data: { text: string } }>('configmaps', name, NAMESPACE);
      expect(found?.data.text).to.equal(text);
    }

    it('is unlocked at once when the lock is our own, and installed', async () => {
      const release = await expectReady('own', '1 failed', '2 deployed');

      expect(release.status?.history?.map(({ cause }) => cause)).to.deep.equal(['Interrupted']);
      expect((await foreign.history('own'))[0]?.description).to.contain('interrupted');
    });

    it('waits while another helm holds it, and says so', async () => {
      const release = await world.until(NAMESPACE, 'locked', (each) => {
        expect(conditionOf(each, 'Reconciling').message).to.equal(
          'revision 2 is pending-upgrade: another helm holds the release',
        );
      });

      expect(conditionOf(release, 'Ready').status).to.equal('Unknown');
      expect(await states('locked')).to.deep.equal(['1 deployed', '2 pending-upgrade']);
    });

    it('is unlocked when the lock of another helm is too old, and upgraded', async () => {
      await makeOld('locked', 2);

      // What an upgrade finds deployed, or in its place failed, is superseded by it: so helm has it.
      await expectReady('locked', '1 superseded', '2 failed', '3 deployed');
      await expectText('locked', 'wanted');
    });

    it('is upgraded when somebody else failed to install it', async () => {
      await expectReady('failed', '1 superseded', '2 deployed');
      await expectText('failed', 'wanted');
    });

    it('is uninstalled at once when it was our own uninstall that was not finished', async () => {
      await eventually(async () => {
        expect(await states('deleted')).to.deep.equal([]);
        expect(await world.cluster.get(HELM_RELEASES, 'deleted', NAMESPACE)).to.equal(undefined);
      });
    });

    it('waits while another helm uninstalls it, and says so', async () => {
      await world.until(NAMESPACE, 'uninstalling', (each) => {
        expect(conditionOf(each, 'Reconciling').message).to.equal(
          'revision 1 is uninstalling: another helm holds the release',
        );
      });

      expect(await states('uninstalling')).to.deep.equal(['1 uninstalling']);
    });

    it('is removed and installed anew when the uninstall of another helm is too old', async () => {
      await makeOld('uninstalling', 1);

      await expectReady('uninstalling', '1 deployed');
      await expectText('uninstalling', 'wanted');
    });

    it('is upgraded when its newest revision is lost', async () => {
      await expectReady('superseded', '1 superseded', '2 deployed');
      await expectText('superseded', 'wanted');
    });

    it('is upgraded when helm does not know its state', async () => {
      await expectReady('unknown', '1 superseded', '2 deployed');
      await expectText('unknown', 'wanted');
    });
  });
}

function secretOf(release: string, revision: number): string {
  return `sh.helm.release.v1.${release}.v${revision}`;
}
