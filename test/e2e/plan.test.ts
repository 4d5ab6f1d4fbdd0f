import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { tool } from '../../hack/testenv/testenv.ts';
import type { HelmRelease, HelmReleaseSpec } from '../../src/api/helm-release.ts';
import { eventually } from '../support/eventually.ts';
import { runCommand } from '../support/operator-command.ts';
import type { CommandResult } from '../support/operator-command.ts';
import { expectReady } from './bench.ts';
import { startForeignHelm } from './foreign-helm.ts';
import type { ForeignHelm } from './foreign-helm.ts';
import { startPredecessor } from './predecessor.ts';
import type { Predecessor, Values } from './predecessor.ts';
import { inWords, startProxiedWorld } from './proxied.ts';
import type { ProxiedWorld } from './proxied.ts';
import { conditionOf, webRelease } from './world.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const NAMESPACE = 'plan';
const WANTED = { text: 'wanted', replicas: 0 };

/** Of a hook that is still under way when its helm is killed. */
const SLOW = { 'testenv.helm-release-operator.io/ends-after': '30s' };

interface Row {
  readonly name: string;
  readonly release: { readonly namespace: string; readonly name: string };
  readonly action: string;
  readonly why: string;
  readonly then?: { readonly action: string };
  readonly complete: boolean;
}

describe('what --plan tells', function () {
  this.timeout(120_000);
  const stack = new AsyncDisposableStack();
  let world: ProxiedWorld;
  let helm3: ForeignHelm;
  let predecessor: Predecessor;

  before(async () => {
    world = await startProxiedWorld();
    await world.cluster.createNamespace(NAMESPACE);
    helm3 = await startForeignHelm({ ...world, helm: await tool('helm3') }, NAMESPACE);
    predecessor = await startPredecessor(world);
  });
  after(async () => {
    await predecessor[Symbol.asyncDispose]();
    await helm3.stop();
    await world.stop();
    await stack.disposeAsync();
  });

  const command = async (...more: readonly string[]): Promise<CommandResult> => {
    const flags = [`--operator-namespace=${NAMESPACE}`, '--git-default-ref=main', ...more];
    return runCommand({ kubeconfig: await world.kubeconfig(flags), helm: world.helm, flags });
  };
  const releaseOf = (name: string, spec: Partial<HelmReleaseSpec> = {}): HelmRelease =>
    webRelease(world, NAMESPACE, name, { releaseName: name, values: WANTED, ...spec });
  const apply = (name: string, spec: Partial<HelmReleaseSpec> = {}): Promise<string> =>
    world.cluster.apply(releaseOf(name, spec));
  /** A HelmRelease and its release as Helm Operator 1.4.4 left them, of these values. */
  const leave = async (name: string, values: Values): Promise<void> => {
    const made = { namespace: NAMESPACE, releaseName: name, values };
    await predecessor.helm('helm3', 'install', made);
    await predecessor.annotate(made, `${NAMESPACE}/${name}`);
    await predecessor.leave(releaseOf(name));
  };
  const rowsOf = ({ stdout }: CommandResult): Readonly<Record<string, Row>> =>
    Object.fromEntries((JSON.parse(stdout) as readonly Row[]).map((row) => [row.name, row]));
  /** Everything that is stored, by its version: equal as long as nothing is written. */
  const versions = async (): Promise<string> =>
    await world.cluster.kubectl(
      ...['get', 'helmreleases.helm.fluxcd.io,secrets,configmaps,deployments,events,leases', '-n', NAMESPACE],
      ...['-o', 'jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.resourceVersion}{"\\n"}{end}'],
    );

  describe('before the operator has ever run', () => {
    let told: CommandResult;
    let stored: string;

    before(async () => {
      await Promise.all([
        leave('same', WANTED),
        leave('other', { ...WANTED, text: 'unwanted', service: { port: 81 } }),
        helm3.interrupt('pending-install', {
          verb: 'install',
          release: 'locked',
          values: { hook: { on: ['pre-install'], podAnnotations: SLOW } },
        }),
      ]);
      await apply('new');
      await apply('locked');
      await apply('second', { releaseName: 'same' });
      await apply('suspended', { suspend: true });
      await apply('homeless', { targetNamespace: 'nowhere' });
      stored = await versions();
      world.proxy.forgetRequests();
      told = await command('--plan=json');
    });

    it('is to adopt what Helm Operator made and nobody has changed', () => {
      const { same } = rowsOf(told);
      expect(same).to.deep.include({ action: 'adopt', release: { namespace: NAMESPACE, name: 'same' } });
      expect(same?.why).to.match(/^revision 1 is what is wanted, and no revision is made: web-0\.1\.0/);
    });

    it('is to upgrade what differs, and in what', () => {
      const { other } = rowsOf(told);
      expect(other?.action).to.equal('upgrade');
      expect(other?.why).to.match(/^revision 1 differs from web-.*: the values \(service, text\)$/);
    });

    it('is to install what is new', () => {
      expect(rowsOf(told)['new']).to.include({ action: 'install' });
    });

    it('is to wait for what another helm holds, and for a namespace that is missing', () => {
      const { locked, homeless } = rowsOf(told);
      expect(locked?.action).to.equal('wait');
      expect(locked?.why).to.match(/^revision 1 is pending-install: another helm holds the release/);
      expect(homeless?.action).to.equal('wait');
      expect(homeless?.why).to.match(/^namespace nowhere of spec\.targetNamespace does not exist/);
    });

    it('is to stall the second HelmRelease of a release, and to do nothing for one that is suspended', () => {
      const { second, suspended } = rowsOf(told);
      expect(second?.action).to.equal('stall');
      expect(second?.why).to.match(/^release plan\/same belongs to HelmRelease plan\/same/);
      expect(suspended).to.include({ action: 'nothing', why: 'spec.suspend is set' });
    });

    it('is complete, which the exit status says', () => {
      expect(told.status, told.stderr).to.equal(0);
      expect(Object.values(rowsOf(told)).every(({ complete }) => complete)).to.equal(true);
      expect(told.stderr).to.include('no digest key');
    });

    it('is only told: nothing is asked of the API server but to read', async () => {
      const requests = world.proxy.requests();
      expect(requests.length).to.be.greaterThan(5);
      const writes = requests.filter(({ method }) => method !== 'GET');
      expect(inWords(writes)).to.deep.equal([]);
      expect(await versions()).to.equal(stored);
    });

    it('is told of the others too when a source cannot be had, with exit status 1', async () => {
      await apply('broken', { chart: { git: world.git.repoUrl('nothing'), path: 'web', ref: 'main' } });
      const table = await command('--plan');
      await world.cluster.kubectl('delete', 'helmreleases.helm.fluxcd.io', 'broken', '-n', NAMESPACE);

      expect(table.status).to.equal(1);
      const [head, ...lines] = table.stdout.split('\n');
      expect(head).to.match(/^HELMRELEASE +RELEASE +ACTION +WHY$/);
      expect(lines[0]).to.match(/^plan\/broken +plan\/broken +wait +.*nothing/);
      expect(lines.find((line) => line.startsWith('plan/same '))).to.match(/ adopt +revision 1 is what is/);
      expect(table.stdout).to.match(/8 HelmReleases: .*1 adopt.*\nOf 1 of them it is not known/);
    });
  });

  /** In the middle of what it does: its work folder is there. */
  async function killPlan(workDir: string, plans: string): Promise<void> {
    const flags = [`--kubeconfig=${world.cluster.kubeconfig}`, `--helm-binary=${world.helm}`];
    const plan = spawn(process.execPath, [MAIN, '--plan', `--work-dir=${workDir}`, ...flags], {
      stdio: 'ignore',
    });
    await eventually(async () => {
      expect(await readdir(plans)).to.have.length(1);
    });
    plan.kill('SIGKILL');
    await once(plan, 'exit');
  }

  describe('beside what the operator does then', () => {
    it('is just that', async () => {
      const workDir = await mkdtemp(join(tmpdir(), 'plan-'));
      stack.defer(() => rm(workDir, { recursive: true, force: true }));
      const plans = join(workDir, 'plans');
      await killPlan(workDir, plans);
      expect(await readdir(plans)).to.have.length(1);
      const operator = await world.operator({ workDir, flags: [`--operator-namespace=${NAMESPACE}`] });
      try {
        await eventually(async () => {
          expect(await readdir(plans)).to.deep.equal([]);
        });
        for (const name of ['same', 'other', 'new']) {
          await world.until(NAMESPACE, name, expectReady);
        }
        await world.until(NAMESPACE, 'second', (release) => {
          expect(conditionOf(release, 'Stalled').status).to.equal('True');
        });
      } finally {
        expect(await operator.stop()).to.equal(0);
      }
      const revisions = async (name: string): Promise<readonly string[]> =>
        (await world.revisions(NAMESPACE, name)).map(
          ({ revision, status }) => `${String(revision)} ${status}`,
        );
      expect(await revisions('same')).to.deep.equal(['1 deployed']);
      expect(await revisions('other')).to.deep.equal(['1 superseded', '2 deployed']);
      expect(await revisions('new')).to.deep.equal(['1 deployed']);
      expect(await revisions('locked')).to.deep.equal(['1 pending-install']);
    });

    it('is nothing afterwards, until somebody changes something', async () => {
      await apply('new', { values: { ...WANTED, text: 'changed' } });
      await helm3.upgrade('other', { ...WANTED, text: 'foreign' });
      const told = await command('--plan=json');

      const rows = rowsOf(told);
      expect(told.stderr).not.to.include('no digest key');
      expect(rows['same']).to.include({ action: 'nothing' });
      expect(rows['new']?.action).to.equal('upgrade');
      expect(rows['new']?.why).to.match(/^revision 1 differs from .*: the values \(text\)$/);
      expect(rows['other']?.action).to.equal('upgrade');
      expect(rows['other']?.why).to.match(/^revision 3 was made by another helm and differs .*\(text\)$/);
    });

    it('is to uninstall the release of a HelmRelease that is being deleted', async () => {
      await world.cluster.kubectl(
        ...['delete', 'helmreleases.helm.fluxcd.io', 'new', 'other', '-n', NAMESPACE, '--wait=false'],
      );
      await world.cluster.kubectl(
        ...['patch', 'helmreleases.helm.fluxcd.io', 'other', '-n', NAMESPACE, '--type=merge'],
        ...['-p', '{"spec":{"suspend":true}}'],
      );
      const rows = rowsOf(await command('--plan=json'));

      expect(rows['new']).to.include({ action: 'uninstall' });
      expect(rows['other']).to.include({ action: 'leave' });
      expect(rows['other']?.why).to.match(/the release stays: spec\.suspend is set$/);
    });
  });
});
