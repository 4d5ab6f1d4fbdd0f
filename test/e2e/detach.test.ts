import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { tool } from '../../hack/testenv/testenv.ts';
import type { GitSync } from '../../src/api/gitsync/git-sync.ts';
import type { HelmRelease, HelmReleaseSpec } from '../../src/api/helm-release.ts';
import { FINALIZER, MARK_DIGEST_LABEL, SYNC_FINALIZER } from '../../src/api/names.ts';
import { eventually } from '../support/eventually.ts';
import { runCommand } from '../support/operator-command.ts';
import type { CommandResult } from '../support/operator-command.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { expectReady, typesOf } from './bench.ts';
import { startForeignHelm } from './foreign-helm.ts';
import type { ForeignHelm } from './foreign-helm.ts';
import { startProxiedWorld } from './proxied.ts';
import type { ProxiedWorld } from './proxied.ts';
import { conditionOf, webRelease } from './world.ts';

const NAMESPACE = 'detach';
const BESIDE = 'beside';
const KIND = 'helmreleases.helm.fluxcd.io';
const BAD = { podAnnotations: { 'testenv.helm-release-operator.io/pod': 'never-ready' } };

const definition = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const OURS = definition('../../crds/helmrelease.yaml');
const THEIRS = definition('../fixtures/crds/helm-operator.yaml');

/** The types of conditions that Helm Operator 1.4.4 knows. */
const OLD_TYPES = ['ChartFetched', 'Deployed', 'Released', 'RolledBack', 'Tested'];

describe('the way back from the operator', function () {
  this.timeout(120_000);
  let world: ProxiedWorld;
  let helm3: ForeignHelm;
  let helm4: ForeignHelm;
  let operator: OperatorProcess;

  const flags = [`--operator-namespace=${NAMESPACE}`];
  const detach = async (...more: readonly string[]): Promise<CommandResult> =>
    runCommand({
      kubeconfig: await world.kubeconfig([...flags, ...more]),
      helm: world.helm,
      flags: ['--detach', ...flags, ...more],
    });
  const lineOf = ({ stdout }: CommandResult, object: string): string =>
    stdout.split('\n').find((line) => line.startsWith(`${object}:`)) ?? `no line of ${object}:\n${stdout}`;
  const apply = (name: string, spec: Partial<HelmReleaseSpec> = {}, namespace = NAMESPACE): Promise<string> =>
    world.cluster.apply(webRelease(world, namespace, name, { releaseName: name, timeout: 20, ...spec }));
  const revisions = async (name: string): Promise<readonly string[]> =>
    (await world.revisions(NAMESPACE, name)).map(({ revision, status }) => `${String(revision)} ${status}`);
  const labelsOf = async (name: string): Promise<readonly string[]> =>
    (await world.revisions(NAMESPACE, name)).flatMap(({ labels }) =>
      Object.keys(labels).filter((label) => label.startsWith('helm-release-operator.io/')),
    );
  const expectDetached = async (name: string): Promise<HelmRelease> => {
    const release = await world.release(NAMESPACE, name);
    expect(release.metadata.finalizers ?? []).to.deep.equal([]);
    expect(OLD_TYPES).to.include.members([...typesOf(release)]);
    expect(await labelsOf(name)).to.deep.equal([]);
    return release;
  };

  const applySync = (name: string): Promise<string> =>
    world.cluster.apply({
      apiVersion: 'gitops.helm-release-operator.io/v1alpha1',
      kind: 'GitSync',
      metadata: { name, namespace: NAMESPACE },
      spec: { url: world.git.repoUrl('nobodys'), deletionPolicy: 'delete' },
    });
  const finalizersOf = async (sync: string): Promise<readonly string[] | undefined> =>
    (await world.cluster.get<GitSync>('gitsyncs', sync, NAMESPACE))?.metadata.finalizers;

  before(async () => {
    world = await startProxiedWorld();
    await world.cluster.createNamespace(NAMESPACE);
    await world.cluster.createNamespace(BESIDE);
    helm4 = await startForeignHelm(world, NAMESPACE);
    helm3 = await startForeignHelm({ ...world, helm: await tool('helm3') }, NAMESPACE);
    operator = await world.operator({ flags });
    const rollback = { enable: true, wait: true };
    await apply('rolled', { rollback, timeout: 3 });
    for (const name of ['web', 'hand-3', 'hand-4', 'going']) await apply(name, { values: { replicas: 0 } });
    await apply('guest', { targetNamespace: NAMESPACE, values: { replicas: 0 } }, BESIDE);
    await world.until(NAMESPACE, 'rolled', expectReady);
    await apply('rolled', { rollback, timeout: 3, values: BAD });
    for (const name of ['web', 'hand-3', 'hand-4', 'going']) await world.until(NAMESPACE, name, expectReady);
    await world.until(BESIDE, 'guest', expectReady);
    await apply('web', { values: { replicas: 0, text: 'two' }, suspend: false });
    await world.until(NAMESPACE, 'web', (release) => {
      expectReady(release);
      expect(release.status?.deployed?.revision).to.equal(2);
    });
    await world.until(NAMESPACE, 'rolled', (release) => {
      expect(release.status?.phase).to.equal('RolledBack');
      expect(conditionOf(release, 'Stalled').status).to.equal('True');
    });
    for (const name of ['held', 'going']) await applySync(name);
    await eventually(async () => {
      expect(await finalizersOf('held')).to.deep.equal([SYNC_FINALIZER]);
      expect(await finalizersOf('going')).to.deep.equal([SYNC_FINALIZER]);
    });
    expect(await operator.stop()).to.equal(0);
    await world.cluster.kubectl('delete', 'gitsync', 'going', '-n', NAMESPACE, '--wait=false');
    await world.cluster.kubectl('delete', KIND, 'going', '-n', NAMESPACE, '--wait=false');
  });
  after(async () => {
    await helm3.stop();
    await helm4.stop();
    await world.stop();
  });

  it('can be taken by one namespace alone', async () => {
    const result = await detach(`--allow-namespace=${BESIDE}`);

    expect(result.status, result.stdout + result.stderr).to.equal(0);
    expect(lineOf(result, 'HelmRelease beside/guest')).to.match(/took off finalizer, condition Ready/);
    expect(await labelsOf('guest')).to.deep.equal([]);
    expect(result.stdout).to.match(/^1 HelmReleases and 1 Secrets of Helm: 2 cleaned, 0 had/m);
    expect((await world.release(NAMESPACE, 'web')).metadata.finalizers).to.deep.equal([FINALIZER]);
  });

  it('tries every object although one fails, and says so', async () => {
    const refusal = world.proxy.inject({
      fault: { kind: 'answer', status: 403 },
      match: { verb: 'patch', resource: 'helmreleases', name: 'hand-3' },
    });
    world.proxy.inject({
      fault: { kind: 'answer', status: 409 },
      match: { verb: 'update', resource: 'helmreleases/status', name: 'hand-4' },
      times: 1,
    });
    const result = await detach();
    world.proxy.heal();

    expect(result.status, result.stdout).to.equal(1);
    expect(refusal.hits()).to.be.greaterThan(0);
    expect(result.stdout).to.match(/^The Deployment of the operator has to be scaled to 0/);
    expect(lineOf(result, 'HelmRelease detach/hand-3')).to.match(/: FAILED: /);
    expect(lineOf(result, 'HelmRelease detach/hand-4')).to.match(/: took off finalizer/);
    expect(result.stdout).to.match(/^6 HelmReleases, 2 GitSyncs and .*, 1 failed$/m);
    expect(lineOf(result, 'GitSync detach/held')).to.match(/: took off finalizer; if it is deleted now, /);
    for (const name of ['web', 'rolled', 'hand-4']) await expectDetached(name);
  });

  it('says that nobody works when it cannot even look, with the operator stopped', async () => {
    const labels = { app: 'stand-in' };
    await world.cluster.apply({
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'stand-in', namespace: NAMESPACE } },
      spec: {
        ...{ replicas: 1, selector: { matchLabels: labels } },
        template: { metadata: { labels }, spec: { containers: [{ name: 'one', image: 'one' }] } },
      },
    });
    world.proxy.inject({
      fault: { kind: 'answer', status: 403 },
      match: { verb: 'list', resource: 'helmreleases' },
    });
    const result = await runCommand({
      ...{ kubeconfig: world.proxy.kubeconfig, helm: world.helm },
      flags: ['--detach', '--scale-down=stand-in', ...flags],
    });
    world.proxy.heal();

    expect(result.status, result.stdout).to.equal(1);
    expect(result.stdout).to.contain('Deployment detach/stand-in is scaled to 0');
    expect(result.stdout).to.match(/the Deployment of the operator is at 0: nobody works until .*\.$/);
    expect(result.stderr).to.contain('helmreleases');
    const stood = await world.cluster.get<{ readonly spec: { readonly replicas: number } }>(
      ...(['deployments', 'stand-in', NAMESPACE] as const),
    );
    expect(stood?.spec.replicas).to.equal(0);
  });

  it('lets a HelmRelease go that is being deleted, and says that its release stays', async () => {
    await eventually(async () => {
      expect(await world.cluster.get(KIND, 'going', NAMESPACE)).to.equal(undefined);
    });
    expect(await revisions('going')).to.deep.equal(['1 deployed']);
    expect(await labelsOf('going')).to.deep.equal([]);
    expect(await world.cluster.get('deployments', 'going', NAMESPACE)).not.to.equal(undefined);
  });

  it('lets a GitSync go too, at once or when it is deleted', async () => {
    const { cluster } = world;
    expect(await cluster.get('gitsyncs', 'going', NAMESPACE)).to.equal(undefined);
    expect(await finalizersOf('held')).to.equal(undefined);
    await cluster.kubectl('delete', 'gitsync', 'held', '-n', NAMESPACE, '--timeout=10s');
  });

  it('ends when it is taken again', async () => {
    const second = await detach();
    const third = await detach();

    expect(second.status, second.stdout).to.equal(0);
    expect(lineOf(second, 'HelmRelease detach/hand-3')).to.match(/: took off finalizer$/);
    await expectDetached('hand-3');
    expect(third.status).to.equal(0);
    expect(third.stdout).to.match(/: 0 cleaned, 5 had nothing of the operator, 0 failed$/m);
  });

  it('leaves what Helm Operator 1.4.4 wrote, and its definition takes the status', async () => {
    const before = await Promise.all(['web', 'rolled'].map((name) => world.release(NAMESPACE, name)));
    await world.cluster.kubectl('replace', '-f', THEIRS);
    const patch = (name: string, status: object): Promise<string> =>
      world.cluster.kubectl(
        ...['patch', KIND, name, '-n', NAMESPACE, '--subresource=status', '--type=merge'],
        ...['-p', JSON.stringify({ status })],
      );
    // A definition that has just been replaced is not at once the one that is asked.
    await eventually(async () => {
      const refused = await patch('web', { conditions: [{ type: 'Ready', status: 'True' }] }).catch(String);
      expect(refused).to.match(/Unsupported value: "Ready"/);
    });

    for (const release of before) {
      const { conditions = [], ...status } = release.status ?? {};
      const lastUpdateTime = '2026-01-01T00:00:00Z';
      const written = conditions.map((condition) => ({ ...condition, lastUpdateTime }));
      await patch(release.metadata.name, { phase: 'Succeeded', conditions: written });
      const now = await world.release(NAMESPACE, release.metadata.name);
      expect(now.status).to.deep.equal({ ...status, phase: 'Succeeded', conditions: written });
      await patch(release.metadata.name, release.status ?? {});
    }
    const [web, rolled] = before;
    expect(web?.status).to.have.all.keys(
      ...['observedGeneration', 'phase', 'releaseName', 'releaseStatus', 'revision', 'lastAttemptedRevision'],
      'conditions',
    );
    expect(web?.status).to.deep.include({
      phase: 'Succeeded',
      releaseName: 'web',
      releaseStatus: 'deployed',
    });
    expect(rolled?.status).to.deep.include({ phase: 'RolledBack', rollbackCount: 1, observedGeneration: 2 });
    expect(rolled && conditionOf(rolled, 'RolledBack').status).to.equal('True');
  });

  for (const [name, by] of [
    ['hand-4', () => helm4],
    ['hand-3', () => helm3],
  ] as const) {
    it(`leaves a release that plain helm upgrades and uninstalls: ${name}`, async () => {
      await world.cluster.kubectl('delete', KIND, name, '-n', NAMESPACE);
      expect(await revisions(name)).to.deep.equal(['1 deployed']);

      await by().upgrade(name, { replicas: 0, text: 'by hand' });

      expect(await revisions(name)).to.deep.equal(['1 superseded', '2 deployed']);
      const map = await world.cluster.get<{ data: { text: string } }>('configmaps', name, NAMESPACE);
      expect(map?.data.text).to.equal('by hand');
      await by().uninstall(name);
      expect(await revisions(name)).to.deep.equal([]);
      expect(await world.cluster.get('deployments', name, NAMESPACE)).to.equal(undefined);
    });
  }

  describe('and the way in once more', () => {
    before(async () => {
      await world.cluster.kubectl('replace', '-f', OURS);
      operator = await world.operator({ flags });
    });
    after(async () => {
      expect(await operator.stop()).to.equal(0);
    });

    const expectAdopted = async (): Promise<void> => {
      await world.until(NAMESPACE, 'web', expectReady);
      await world.until(BESIDE, 'guest', expectReady);
      await world.until(NAMESPACE, 'rolled', (release) => {
        expect(conditionOf(release, 'Stalled').status).to.equal('True');
        expect(release.status?.phase).to.equal('RolledBack');
      });
      expect(await revisions('web')).to.deep.equal(['1 superseded', '2 deployed']);
      expect(await revisions('guest')).to.deep.equal(['1 deployed']);
      expect(await revisions('rolled')).to.deep.equal(['1 superseded', '2 failed', '3 deployed']);
      expect((await world.revisions(NAMESPACE, 'web')).at(-1)?.labels).to.have.property(MARK_DIGEST_LABEL);
    };

    it('makes no new revision', async () => {
      await expectAdopted();
    });

    it('is noticed by whoever takes the way back while the operator runs, and harms nothing', async () => {
      const result = await detach();

      expect(result.status, result.stdout).to.equal(1);
      expect(result.stdout).to.match(/^An operator is running: .* Scale its Deployment to 0/m);
      await eventually(expectAdopted);
    });
  });
});
