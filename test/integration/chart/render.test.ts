import { expect } from 'chai';
import { describe, it } from 'mocha';
import { readConfig } from '../../../src/config.ts';
import type { Config } from '../../../src/config.ts';
import { isHook, rightsOf } from '../../support/chart-rights.ts';
import { CHART, find, helm, NAMESPACE, podOf, RELEASE, render } from './chart.ts';
import type { Rendered, Values } from './chart.ts';
import { PROFILES } from './profiles.ts';
import { documentedRights, documentedRoles } from './rights.ts';

async function configOf(values: Values): Promise<Config> {
  const [{ args, env }] = podOf(await render(values)).spec.containers;
  expect(env.map(({ name }) => name)).to.include('POD_NAMESPACE');
  const startup = readConfig(args, { POD_NAMESPACE: NAMESPACE });
  if (startup.kind !== 'run') throw new Error(JSON.stringify(startup));
  return startup.config;
}

describe('the chart of the operator', function () {
  this.timeout(30_000);

  for (const [name, values] of Object.entries(PROFILES)) {
    it(`has nothing that helm lint complains of with ${name}`, async () => {
      const told = await helm(['lint', '--strict', CHART, '--namespace', NAMESPACE], values);

      expect(told).to.include('0 chart(s) failed');
      expect(told).not.to.match(/\[(WARNING|ERROR)\]/);
    });

    it(`starts an operator that takes all its flags with ${name}`, async () => {
      const config = await configOf(values);

      expect(config.warnings).to.deep.equal([]);
      expect(config.workDir).to.equal('/var/lib/helm-release-operator');
    });

    it(`is the same to Helm 3 and Helm 4 with ${name}`, async () => {
      expect(await render(values, RELEASE, 'helm3')).to.have.deep.members([...(await render(values))]);
    });

    it(`mounts what it has, all of it once, with ${name}`, async () => {
      const { containers, volumes } = podOf(await render(values)).spec;
      const [{ volumeMounts }] = containers;
      const sorted = (list: readonly { readonly name: string }[]): readonly string[] =>
        list.map((each) => each.name).sort();

      expect(sorted(volumeMounts)).to.deep.equal(sorted(volumes));
      expect(new Set(volumeMounts.map(({ mountPath }) => mountPath)).size).to.equal(volumes.length);
    });
  }

  it('gives what is running 45 seconds less than the pod has', async () => {
    expect((await configOf({})).shutdownTimeoutMs).to.equal(255_000);
    expect((await configOf({ terminationGracePeriodSeconds: 60 })).shutdownTimeoutMs).to.equal(15_000);
    const { spec } = podOf(await render({ terminationGracePeriodSeconds: 60 }));
    expect(spec.terminationGracePeriodSeconds).to.equal(60);
  });

  it('hands on every value that is a flag', async () => {
    const everything = await configOf(PROFILES['everything'] ?? {});

    expect(everything).to.deep.include({
      logFormat: 'json',
      logLevels: { all: 'debug', parts: { kube: 'info' } },
      logLevelFile: '/etc/helm-release-operator/log/level',
      otlpEndpoint: 'http://collector.monitoring:4318',
      gitDefaultRef: 'main',
      denyAddresses: ['10.0.0.0/8'],
      helmRepositoryImports: ['/root/.helm/repository/repositories.yaml'],
      webhookListen: { port: 3031 },
      shutdownTimeoutMs: 75_000,
    });
    expect(
      await configOf({
        workers: 7,
        chartsSyncInterval: '1m',
        updateChartDeps: false,
        logReleaseDiffs: true,
        git: { pollInterval: '2m', timeout: '40s' },
        crossNamespaceRefs: false,
      }),
    ).to.deep.include({
      crossNamespaceRefs: false,
      workers: 7,
      chartsSyncIntervalMs: 60_000,
      updateChartDeps: false,
      logReleaseDiffs: true,
      gitPollIntervalMs: 120_000,
      gitTimeoutMs: 40_000,
    });
  });

  for (const [what, values, allowed] of [
    ['all namespaces by default', {}, undefined],
    ['its own namespace when it is namespaced', { namespaced: true }, NAMESPACE],
    ['its own namespace without a ClusterRole', { clusterRole: { create: false } }, NAMESPACE],
    ['another namespace by its name', { allowNamespace: 'apps' }, 'apps'],
  ] as const) {
    it(`looks after ${what}`, async () => {
      expect((await configOf(values)).allowNamespace).to.equal(allowed);
    });
  }
});

describe('the rights of the chart', function () {
  this.timeout(30_000);
  const ALONE = { chartRules: [], accounts: ['*'] };
  const LEASES = { apiGroups: ['coordination.k8s.io'], resources: ['leases'] };
  const AT_HOME = [
    ...['get', 'create', 'update'].map((verb) => `${verb} coordination.k8s.io/leases`),
    'create /serviceaccounts/token',
  ];
  const allRights = (objects: readonly Rendered[]): ReadonlySet<string> =>
    rightsOf(objects.filter((object) => !isHook(object)).flatMap(({ rules = [] }) => rules));

  it('are those that the documentation tells, for all namespaces', async () => {
    const objects = await render({ rbac: ALONE });

    expect(allRights(objects)).to.deep.equal(await documentedRights('all namespaces'));
    expect([...rightsOf(find(objects, 'Role')?.rules ?? [])]).to.have.members(AT_HOME);
    expect([...rightsOf(find(objects, 'ClusterRole')?.rules ?? [])]).not.to.include.members(AT_HOME);
  });

  it('are those that the documentation tells, in a Role for one', async () => {
    const objects = await render({ rbac: ALONE, namespaced: true });

    expect(allRights(objects)).to.deep.equal(await documentedRights('one namespace'));
    const { Role: role } = await documentedRoles('One namespace is enough');
    expect(role).to.include('update helm.fluxcd.io/helmreleases/status');
    expect([...(await documentedRights('one namespace'))]).to.include.members([...(role ?? [])]);
    expect(find(objects, 'RoleBinding')?.metadata.namespace).to.equal(NAMESPACE);
    expect(objects.filter(({ kind }) => kind.startsWith('Cluster'))).to.deep.equal([]);
  });

  it('are the same in a ClusterRole for one namespace', async () => {
    const objects = await render({ rbac: ALONE, allowNamespace: 'apps' });

    expect(allRights(objects)).to.deep.equal(await documentedRights('one namespace'));
    expect(find(objects, 'Role')?.metadata.namespace).to.equal(NAMESPACE);
  });

  for (const [values, lease] of [
    [{}, 'helm-release-operator'],
    [{ namespaced: true }, `helm-release-operator-${NAMESPACE}`],
    [{ allowNamespace: 'apps' }, 'helm-release-operator-apps'],
  ] as const) {
    it(`hold the Lease that goes with its flags and tokens of its own account, and no other, with ${JSON.stringify(values)}`, async () => {
      const rules = find(await render(values), 'Role')?.rules ?? [];
      const held = rules.filter(({ resources = [] }) => resources.includes('leases'));

      expect(held).to.deep.include({ ...LEASES, resourceNames: [lease], verbs: ['get', 'update'] });
      expect(held).to.deep.include({ ...LEASES, verbs: ['create'] });
      expect(held).to.have.length(2);
      expect(rules).to.deep.include({
        apiGroups: [''],
        resources: ['serviceaccounts/token'],
        resourceNames: ['helm-operator'],
        verbs: ['create'],
      });
      const { allowNamespace } = await configOf(values);
      expect(lease).to.equal(['helm-release-operator', allowNamespace].filter(Boolean).join('-'));
    });
  }

  it('are no more in tenant mode than the documentation tells, whatever the charts contain', async () => {
    const { ClusterRole: everywhere = [], Role: atHome = [] } = await documentedRoles('Tenant mode');
    const objects = await render({ tenantMode: true });
    const one = await render({ tenantMode: true, namespaced: true });

    expect([...everywhere]).to.include('impersonate /serviceaccounts');
    expect(rightsOf(find(objects, 'ClusterRole')?.rules ?? [])).to.deep.equal(everywhere);
    expect(rightsOf(find(objects, 'Role')?.rules ?? [])).to.deep.equal(atHome);
    expect(rightsOf(find(one, 'Role')?.rules ?? [])).to.deep.equal(new Set([...everywhere, ...atHome]));
    expect(find(one, 'ClusterRole')).to.equal(undefined);
    expect((await configOf({ tenantMode: true })).tenantMode).to.equal(true);
  });

  it('let it act as the accounts that are named, and as no other', async () => {
    const impersonating = async (...accounts: readonly string[]): Promise<readonly unknown[]> =>
      (find(await render({ rbac: { chartRules: [], accounts } }), 'ClusterRole')?.rules ?? [])
        .filter(({ verbs }) => verbs.includes('impersonate'))
        .map(({ resourceNames }) => resourceNames);

    expect(await impersonating()).to.deep.equal([]);
    expect(await impersonating('deployer', 'web')).to.deep.equal([['deployer', 'web']]);
    expect(await impersonating('*')).to.deep.equal([undefined]);
    const tenants = { tenantMode: true, rbac: { accounts: ['app'] } };
    expect(find(await render(tenants), 'ClusterRole')?.rules).to.deep.include({
      apiGroups: [''],
      resources: ['serviceaccounts'],
      resourceNames: ['app'],
      verbs: ['impersonate'],
    });
  });

  it('hold everything for the charts unless less is said, in a Role too', async () => {
    const all = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] };
    const urls = { nonResourceURLs: ['*'], verbs: ['*'] };

    expect(find(await render(), 'ClusterRole')?.rules?.slice(-2)).to.deep.equal([all, urls]);
    const rules = find(await render({ namespaced: true }), 'Role')?.rules ?? [];
    expect(rules.at(-1)).to.deep.equal(all);
    expect(rules.some((rule) => rule.nonResourceURLs !== undefined)).to.equal(false);
    const none = rightsOf(find(await render({ rbac: { chartRules: [] } }), 'ClusterRole')?.rules ?? []);
    const unset = find(await render({ rbac: { chartRules: null } }), 'ClusterRole')?.rules ?? [];
    expect(rightsOf(unset)).to.deep.equal(none);
  });

  it('are left to others where they are made by others', async () => {
    const objects = await render(PROFILES['rights of somebody else']);

    expect(objects.map(({ kind }) => kind).sort()).to.deep.equal(['Deployment', 'Job', 'Service']);
    expect(podOf(objects).spec).to.include({ serviceAccountName: 'theirs' });
  });
});
