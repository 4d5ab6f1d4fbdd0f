import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { after, afterEach, before, describe, it } from 'mocha';
import { kubeconfigText } from '../../hack/testenv/control-plane/kubeconfig.ts';
import type { HelmRelease } from '../../src/api/helm-release.ts';
import { eventually } from '../support/eventually.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { run } from '../support/run.ts';
import { expectReady } from './bench.ts';
import { HELMS, startProxiedWorld } from './proxied.ts';
import type { ProxiedWorld } from './proxied.ts';

const CHART = fileURLToPath(new URL('../../charts/helm-release-operator', import.meta.url));
const NAMESPACE = 'flux';
const NAME = 'helm-operator';
const SLOW_MS = 3_000;

interface Deployment {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly [Container] } } };
}
interface Container {
  readonly args: readonly string[];
}

async function chartInGit(): Promise<Record<string, string>> {
  const entries = await readdir(CHART, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map(async (path) => [`chart${path.slice(CHART.length)}`, await readFile(path, 'utf8')] as const);
  return Object.fromEntries(await Promise.all(files));
}

describe("the operator's own release, by its own HelmRelease", function () {
  this.timeout(120_000);
  let world: ProxiedWorld;
  let dir: string;
  let operator: OperatorProcess;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'own-release-'));
    world = await startProxiedWorld();
    await world.cluster.createNamespace(NAMESPACE);
    await world.git.createRepo('operator');
    await world.git.commit('operator', await chartInGit());
    await run(world.helm, [
      ...['install', NAME, CHART, '--namespace', NAMESPACE, '--skip-crds', '--set', 'workers=2'],
      ...['--kubeconfig', world.cluster.kubeconfig, '--wait', '--timeout=30s'],
    ]);
    operator = await start();
  });
  afterEach(() => {
    world.proxy.heal();
  });
  after(async () => {
    await operator.stop();
    await rm(dir, { recursive: true, force: true });
    await world.stop();
  });

  /** As its pod would run it: with the flags of the Deployment, under the account that came with the release. */
  async function start(): Promise<OperatorProcess> {
    const { cluster, proxy } = world;
    const token = (await cluster.kubectl('create', 'token', NAME, '-n', NAMESPACE)).trim();
    const kubeconfig = join(dir, 'kubeconfig');
    await writeFile(kubeconfig, kubeconfigText({ url: proxy.url, caPem: proxy.caPem, token }), {
      mode: 0o600,
    });
    const flags = (await args()).filter((flag) => !/^--(work-dir|log-format|git-poll-interval)=/.test(flag));
    return await world.operator({
      kubeconfig,
      flags,
      env: { POD_NAMESPACE: NAMESPACE, HELM_RELEASE_NAME: NAME },
    });
  }
  async function args(): Promise<readonly string[]> {
    const deployment = await world.cluster.get<Deployment>('deployments', NAME, NAMESPACE);
    if (deployment === undefined) throw new Error('the Deployment of the operator is gone');
    return deployment.spec.template.spec.containers[0].args;
  }
  const want = (workers: number): Promise<string> =>
    world.cluster.apply({
      apiVersion: 'helm.fluxcd.io/v1',
      kind: 'HelmRelease',
      metadata: { name: NAME, namespace: NAMESPACE },
      spec: {
        ...{ releaseName: NAME, wait: true, values: { workers } },
        chart: { git: world.git.repoUrl('operator'), path: 'chart', ref: 'main' },
      },
    });
  const untilReady = (revision: number): Promise<HelmRelease> =>
    world.until(
      NAMESPACE,
      NAME,
      (found) => {
        expectReady(found);
        expect(found.status?.deployed?.revision).to.equal(revision);
      },
      60_000,
    );
  const states = async (): Promise<readonly string[]> =>
    (await world.revisions(NAMESPACE, NAME)).map(({ revision, status }) => `${String(revision)} ${status}`);
  /** When helm has changed the Deployment, and has yet to say that it is done: now the kubelet would end the pod. */
  const untilInTheMiddle = async (workers: number): Promise<void> => {
    await eventually(async () => {
      expect(await args()).to.include(`--workers=${String(workers)}`);
      expect((await states()).at(-1)).to.match(/ pending-upgrade$/);
    });
  };
  const slowHelm = (): void => {
    const match = { ...HELMS, verb: 'update', resource: 'secrets' } as const;
    world.proxy.inject({ fault: { kind: 'delay', ms: SLOW_MS }, match });
  };

  it('is taken over as helm install has left it, without a new revision', async () => {
    await want(2);

    await untilReady(1);

    expect(await states()).to.deep.equal(['1 deployed']);
  });

  it('is upgraded by an operator that is told to end in the middle of it: helm comes to its end first', async () => {
    slowHelm();
    await want(3);
    await untilInTheMiddle(3);

    expect(await operator.stop()).to.equal(0);
    expect(await states()).to.deep.equal(['1 superseded', '2 deployed']);
    operator = await start();

    await untilReady(2);
    expect(await states()).to.deep.equal(['1 superseded', '2 deployed']);
  });

  it('is upgraded by the next operator where one was killed in the middle of it, and not twice', async () => {
    slowHelm();
    await want(4);
    await untilInTheMiddle(4);

    await operator.kill();
    world.proxy.heal();
    expect((await states()).at(-1)).to.equal('3 pending-upgrade');
    // Nobody waits here for the Lease of one that is known to be dead.
    await world.cluster.kubectl('delete', 'lease', '--all', '-n', NAMESPACE);
    operator = await start();

    await untilReady(4);
    expect(await states()).to.deep.equal(['1 superseded', '2 superseded', '3 failed', '4 deployed']);
    expect(await args()).to.include('--workers=4');
  });

  it('stays as it is when its HelmRelease is suspended and deleted, as before it is uninstalled', async () => {
    const { cluster } = world;
    const helmRelease = ['helmreleases.helm.fluxcd.io', NAME, '-n', NAMESPACE];
    await cluster.kubectl('patch', ...helmRelease, '--type=merge', '--patch', '{"spec":{"suspend":true}}');

    await cluster.kubectl('delete', ...helmRelease, '--timeout=30s');

    expect((await states()).at(-1)).to.equal('4 deployed');
    expect(await args()).to.include('--workers=4');
  });

  it('is not uninstalled by itself when its HelmRelease is deleted as it is, which goes and is told of', async () => {
    const { cluster } = world;
    await want(4);
    await untilReady(4);

    await cluster.kubectl('delete', 'helmreleases.helm.fluxcd.io', NAME, '-n', NAMESPACE, '--timeout=30s');

    expect((await states()).at(-1)).to.equal('4 deployed');
    expect(await args()).to.include('--workers=4');
    await eventually(async () => {
      const told = await cluster.list('events', NAMESPACE, { fields: 'reason=OwnReleaseKept' });
      expect(JSON.stringify(told)).to.include(`release ${NAMESPACE}/${NAME} stays`);
    });
  });
});
