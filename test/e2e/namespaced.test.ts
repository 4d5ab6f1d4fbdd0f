import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadAll } from 'js-yaml';
import { after, before, describe, it } from 'mocha';
import { kubeconfigText } from '../../hack/testenv/control-plane/kubeconfig.ts';
import { tool } from '../../hack/testenv/testenv.ts';
import type { HelmReleaseSpec } from '../../src/api/helm-release.ts';
import { eventually } from '../support/eventually.ts';
import { runCommand } from '../support/operator-command.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { expectReady } from './bench.ts';
import { inWords, startProxiedWorld } from './proxied.ts';
import type { ProxiedWorld } from './proxied.ts';
import { conditionOf, webRelease } from './world.ts';

const RIGHTS = new URL('../../docs/reference/rights.md', import.meta.url);
const TEAM = 'team';
/** Where another Role allows it what it may at home, and where nothing does. */
const OTHER = 'other';
const CLOSED = 'closed';
const TILLER = 'kube-system';
const ACCOUNT = 'helm-operator';
const FLAGS = [`--allow-namespace=${TEAM}`, `--operator-namespace=${TEAM}`];
const ROLE = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role' };
const BROKEN = { podAnnotations: { 'testenv.helm-release-operator.io/pod': 'never-ready' } };

interface Role {
  readonly metadata: { readonly name: string };
  readonly rules: readonly { readonly apiGroups: readonly string[] }[];
}

/** The Roles as the documentation has them. */
async function documentedRoles(): Promise<readonly Role[]> {
  const [, yaml = ''] = /```yaml\n([^]*?)```/.exec(await readFile(RIGHTS, 'utf8')) ?? [];
  return loadAll(yaml) as readonly Role[];
}

function bound(role: Role, namespace: string): readonly object[] {
  const { name } = role.metadata;
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name };
  return [
    { ...role, metadata: { name, namespace } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name, namespace },
      roleRef,
      subjects: [{ kind: 'ServiceAccount', name: ACCOUNT, namespace: TEAM }],
    },
  ];
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('an operator with rights in one namespace only', function () {
  this.timeout(90_000);
  let world: ProxiedWorld;
  let kubeconfig: string;
  let operator: OperatorProcess | undefined;

  before(async () => {
    world = await startProxiedWorld();
    const { cluster, proxy } = world;
    for (const namespace of [TEAM, OTHER, CLOSED]) await cluster.createNamespace(namespace);
    const roles = await documentedRoles();
    const elsewhere = roles.map((role) => ({
      ...role,
      rules: role.rules.filter(({ apiGroups }) => !apiGroups.includes('helm.fluxcd.io')),
    }));
    await cluster.apply({
      apiVersion: 'v1',
      kind: 'List',
      items: [
        { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: ACCOUNT, namespace: TEAM } },
        ...roles.flatMap((role) => bound(role, TEAM)),
        ...elsewhere.flatMap((role) => bound(role, OTHER)),
      ],
    });
    const token = (await cluster.kubectl('create', 'token', ACCOUNT, '-n', TEAM)).trim();
    kubeconfig = join(cluster.plane.dir, 'team.kubeconfig');
    await writeFile(kubeconfig, kubeconfigText({ url: proxy.url, caPem: proxy.caPem, token }), {
      mode: 0o600,
    });
    operator = await world.operator({
      kubeconfig,
      flags: FLAGS,
    });
  });
  after(async () => {
    await operator?.stop();
    await world.stop();
  });

  const apply = (name: string, spec: Partial<HelmReleaseSpec>): Promise<string> =>
    world.cluster.apply(
      webRelease(world, TEAM, name, { wait: true, timeout: 20, rollback: { enable: true }, ...spec }),
    );
  const untilReady = (name: string, revision: number): Promise<unknown> =>
    world.until(TEAM, name, (release) => {
      expectReady(release);
      expect(release.status?.deployed?.revision).to.equal(revision);
    });
  const expectStored = async (namespace: string, release: string, ...stored: string[]): Promise<void> => {
    const revisions = await world.revisions(namespace, release);
    expect(revisions.map(({ revision, status }) => `${String(revision)} ${status}`)).to.deep.equal(stored);
  };
  const remove = (name: string): Promise<string> =>
    world.cluster.kubectl('delete', 'helmreleases.helm.fluxcd.io', name, '-n', TEAM, '--timeout=30s');

  for (const [where, namespace] of [
    ['at home', TEAM],
    ['in another namespace that it has a Role in', OTHER],
  ] as const) {
    const name = `in-${namespace}`;
    const release = namespace === TEAM ? `${TEAM}-${name}` : `${TEAM}-${namespace}-${name}`;
    const target = namespace === TEAM ? {} : { targetNamespace: namespace };

    it(`installs, upgrades and rolls back ${where}`, async () => {
      const hook = { on: ['pre-upgrade'] };
      await apply(name, { ...target, values: { text: 'one' } });
      await untilReady(name, 1);
      await apply(name, { ...target, values: { text: 'two', hook } });
      await untilReady(name, 2);
      await apply(name, { ...target, timeout: 3, values: { ...BROKEN, text: 'three', hook } });
      await world.until(TEAM, name, ({ status }) => {
        expect(status?.phase).to.equal('RolledBack');
      });

      await expectStored(namespace, release, '1 superseded', '2 superseded', '3 failed', '4 deployed');
      const live = await world.cluster.get<{ data: { text: string } }>('configmaps', release, namespace);
      expect(live?.data.text).to.equal('two');
    });

    it(`uninstalls ${where}`, async () => {
      await remove(name);

      await expectStored(namespace, release);
      expect(await world.cluster.get('deployments', release, namespace)).to.equal(undefined);
    });
  }

  it('tells with no more rights what it would do', async () => {
    await apply('planned', { values: { text: 'one' }, suspend: false });
    await apply('elsewhere', { targetNamespace: OTHER });
    const { status, stdout, stderr } = await runCommand({
      kubeconfig,
      helm: world.helm,
      flags: ['--plan', ...FLAGS],
    });

    expect(status, stderr).to.equal(0);
    expect(stdout).to.match(/^team\/planned +team\/team-planned /m);
    expect(stdout).to.match(/^team\/elsewhere +other\/team-other-elsewhere /m);
    await remove('planned');
    await remove('elsewhere');
  });

  it('has asked for nothing that it may not have, and nothing beyond the two namespaces but what Helm 2 keeps', () => {
    const asked = world.proxy.requests();
    const beyond = asked.filter(
      ({ resource, namespace }) => resource !== '' && namespace !== TEAM && namespace !== OTHER,
    );
    expect(new Set(beyond.map(({ namespace }) => namespace))).to.deep.equal(new Set(['kube-system']));
    expect(new Set(inWords(beyond))).to.deep.equal(
      new Set(['helm-release-operator list configmaps 403', 'helm-release-operator list secrets 403']),
    );
    expect(asked.filter(({ status }) => status === 403)).to.deep.equal(beyond);
    expect(operator?.log()).not.to.match(/forbidden|\b403\b/i);
    const told = operator?.log().match(/whether Helm 2 still keeps a release of the same name is not known/g);
    expect(told).to.have.length(1);
  });

  it('does the same with helm 3', async () => {
    expect(await operator?.stop()).to.equal(0);
    await leaveTillerRecord('kept');
    operator = await world.operator({ kubeconfig, helm: await tool('helm3'), flags: FLAGS });
    await apply('three', { values: { text: 'one' } });
    await untilReady('three', 1);
    await apply('three', { values: { text: 'two' } });
    await untilReady('three', 2);
    await expectStored(TEAM, `${TEAM}-three`, '1 superseded', '2 deployed');

    await remove('three');

    await expectStored(TEAM, `${TEAM}-three`);
    expect(await world.cluster.get('deployments', `${TEAM}-three`, TEAM)).to.equal(undefined);
  });

  /** And the right to look at it. */
  async function leaveTillerRecord(name: string): Promise<void> {
    const rules = [{ apiGroups: [''], resources: ['configmaps', 'secrets'], verbs: ['list'] }];
    const labels = { OWNER: 'TILLER', NAME: name, STATUS: 'DEPLOYED', VERSION: '3' };
    await world.cluster.apply({
      apiVersion: 'v1',
      kind: 'List',
      items: [
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `${name}.v3`, namespace: TILLER, labels } },
        ...bound({ ...ROLE, metadata: { name: 'tiller-records' }, rules }, TILLER),
      ],
    });
  }

  it('does not install a second time what Helm 2 keeps, where it may look', async () => {
    await apply('kept', { releaseName: 'kept' });

    const { status } = await world.until(TEAM, 'kept', (each) => {
      expect(conditionOf(each, 'Stalled').status).to.equal('True');
    });
    expect(status?.failure?.cause).to.include("kube-system/kept.v3 is Tiller's record of it");
    await expectStored(TEAM, 'kept');
    await remove('kept');
  });

  it('says that its namespace is not there, and is ready when it is', async () => {
    const port = await freePort();
    const readiness = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}/readyz`)).text();
    const flags = ['--allow-namespace=later', `--listen=127.0.0.1:${port}`];
    const starting = world.operator({ kubeconfig: world.cluster.kubeconfig, flags });
    await eventually(async () => {
      expect(await readiness()).to.include('namespace later of --allow-namespace does not exist');
    });

    await world.cluster.createNamespace('later');

    const other = await starting;
    expect(await readiness()).to.include('{"name":"namespace later","ready":true}');
    expect(other.log()).to.match(/there is nothing to look after yet.*namespace later of --allow-namespace/);
    expect(await other.stop()).to.equal(0);
  });

  it('says in which namespace it may do nothing, and lets a HelmRelease go that never did anything there', async () => {
    await apply('nowhere', { targetNamespace: 'nowhere' });

    // To whom has no rights there, Kubernetes does not tell whether it exists.
    await world.until(TEAM, 'nowhere', (each) => {
      expect(conditionOf(each, 'Ready').message).to.include('in the namespace "nowhere"');
    });
    await remove('nowhere');
  });

  it('says which right is missing where no Role allows it anything, and goes on when it is given', async () => {
    await apply('shut-out', { targetNamespace: CLOSED });
    const release = await world.until(TEAM, 'shut-out', (each) => {
      expect(conditionOf(each, 'Ready')).to.include({ status: 'False', reason: 'Forbidden' });
    });
    const { message } = conditionOf(release, 'Ready');
    expect(message).to.match(/cannot list resource "secrets" .* in the namespace "closed"/);
    expect(message).to.include(
      'bind its ServiceAccount a Role there with the rules of docs/reference/rights.md',
    );

    const roles = await documentedRoles();
    await world.cluster.apply({
      apiVersion: 'v1',
      kind: 'List',
      items: roles.flatMap((role) => bound(role, CLOSED)),
    });
    await untilReady('shut-out', 1);
  });

  it('leaves the release of a HelmRelease that goes with its whole kind', async () => {
    const { kubectl } = world.cluster;
    await kubectl('delete', 'crd', 'helmreleases.helm.fluxcd.io', '--timeout=30s');

    await eventually(() => {
      expect(operator?.log()).to.include('the CustomResourceDefinition of HelmRelease is being deleted');
    });
    await expectStored(CLOSED, `${TEAM}-${CLOSED}-shut-out`, '1 deployed');
  });
});
