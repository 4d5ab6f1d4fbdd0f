import { expect } from 'chai';
import { describe, it } from 'mocha';
import { readConfig } from '../../../src/config.ts';
import { isHook } from '../../support/chart-rights.ts';
import { find, NAMESPACE, podOf, RELEASE, render } from './chart.ts';
import type { Rendered, Values } from './chart.ts';
import { PROFILES } from './profiles.ts';

describe('the objects of the chart', function () {
  this.timeout(30_000);

  it('are no more than the operator needs, by default', async () => {
    const objects = await render();

    expect(objects.filter(isHook).map(({ kind }) => kind)).to.have.members(['Job', 'Role', 'RoleBinding']);
    const others = objects.filter((object) => !isHook(object));
    expect(others.map(({ kind }) => kind).sort()).to.deep.equal([
      'ClusterRole',
      'ClusterRoleBinding',
      'Deployment',
      'Role',
      'RoleBinding',
      'Service',
      'ServiceAccount',
    ]);
  });

  it('are found by one monitor only once, with webhooks beside the metrics', async () => {
    const objects = await render(PROFILES['everything']);
    const monitor = find(objects, 'ServiceMonitor')?.spec as {
      readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    };
    const found = objects.filter(
      ({ kind, metadata }) =>
        kind === 'Service' &&
        Object.entries(monitor.selector.matchLabels).every(
          ([key, value]) => metadata.labels?.[key] === value,
        ),
    );

    expect(found.map(({ metadata }) => metadata.name)).to.deep.equal(['helm-operator']);
    expect(find(objects, 'ServiceMonitor')?.metadata.labels).to.include({ a: 'b', app: 'helm-operator' });
    expect(find(objects, 'Service', 'helm-operator-webhooks')).not.to.equal(undefined);
  });

  it('let in those that the network policy names, to the port that is theirs', async () => {
    const from = [{ namespaceSelector: { matchLabels: { team: 'monitoring' } } }];

    const policyOf = async (replicas: number): Promise<unknown> =>
      find(await render({ ...PROFILES['everything'], replicas }), 'NetworkPolicy')?.spec;
    const toBoth = (...peers: readonly object[]): object => ({
      policyTypes: ['Ingress'],
      ingress: [
        { ports: [{ port: 'http' }], from: peers },
        { ports: [{ port: 'webhooks' }], from: peers },
      ],
    });
    const own = { podSelector: { matchLabels: { app: 'helm-operator', release: 'helm-operator' } } };
    expect(await policyOf(1)).to.deep.include(toBoth(...from));
    expect(await policyOf(2), 'what one that stands by passes on').to.deep.include(toBoth(...from, own));
    expect(find(await render({ networkPolicy: { create: true } }), 'NetworkPolicy')?.spec).to.deep.include({
      ingress: [{ ports: [{ port: 'http' }] }],
    });
  });

  it('are those beside it too, with the release in them', async () => {
    const beside = find(await render(PROFILES['everything']), 'ConfigMap', 'beside-helm-operator');

    expect(beside?.data).to.deep.equal({ of: 'flux' });
  });

  describe('of two replicas', () => {
    const both = (values: Values = {}): Promise<readonly Rendered[]> => render({ replicas: 2, ...values });

    it('are warm before one goes, where one alone is gone before the next begins', async () => {
      const strategyOf = async (values: Values): Promise<unknown> =>
        (find(await render(values), 'Deployment')?.spec as { readonly strategy: unknown }).strategy;

      expect(await strategyOf({ replicas: 2 })).to.deep.equal({
        type: 'RollingUpdate',
        rollingUpdate: { maxUnavailable: 0, maxSurge: 1 },
      });
      expect(await strategyOf({})).to.deep.equal({ type: 'Recreate' });
      expect(await strategyOf({ replicas: 0 })).to.deep.equal({ type: 'Recreate' });
    });

    it('keep one while nodes are drained, and a single one keeps no node', async () => {
      const budgetOf = async (values: Values): Promise<unknown> =>
        find(await render(values), 'PodDisruptionBudget')?.spec;
      const selector = { matchLabels: { app: 'helm-operator', release: 'helm-operator' } };

      expect(await budgetOf({ replicas: 2 })).to.deep.equal({
        maxUnavailable: 1,
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
        selector,
      });
      expect(await budgetOf({ replicas: 3, podDisruptionBudget: { maxUnavailable: '50%' } })).to.deep.include(
        { maxUnavailable: '50%' },
      );
      expect(await budgetOf({ replicas: 2, podDisruptionBudget: { create: false } })).to.equal(undefined);
      expect(await budgetOf({})).to.equal(undefined);
    });

    it('are on nodes of their own where that can be, unless something else is said', async () => {
      const spreadOf = async (values: Values): Promise<unknown> =>
        (podOf(await both(values)).spec as { readonly topologySpreadConstraints?: unknown })
          .topologySpreadConstraints;
      const labelSelector = { matchLabels: { app: 'helm-operator', release: 'helm-operator' } };
      const zone = {
        maxSkew: 1,
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'DoNotSchedule',
      };

      expect(await spreadOf({})).to.deep.equal([
        {
          maxSkew: 1,
          topologyKey: 'kubernetes.io/hostname',
          whenUnsatisfiable: 'ScheduleAnyway',
          matchLabelKeys: ['pod-template-hash'],
          labelSelector,
        },
      ]);
      expect(await spreadOf({ topologySpreadConstraints: [zone] })).to.deep.equal([
        { ...zone, labelSelector },
      ]);
      const theirs = { ...zone, labelSelector: { matchLabels: { a: 'b' } } };
      expect(await spreadOf({ topologySpreadConstraints: [theirs] })).to.deep.equal([theirs]);
      expect(podOf(await render()).spec).not.to.have.property('topologySpreadConstraints');
    });
  });

  describe('that detach the operator before it is uninstalled', () => {
    it('run its command under its account, in no pod of the Deployment', async () => {
      for (const values of [{}, { namespaced: true }, { allowNamespace: 'apps' }]) {
        const objects = await render(values);
        const { metadata, spec } = podOf(objects, 'Job');
        const [{ args, env }] = spec.containers;
        const startup = readConfig(args, { POD_NAMESPACE: NAMESPACE });

        expect(startup).to.include({ kind: 'detach', deployment: RELEASE, uninstalling: RELEASE });
        expect(env).to.deep.include({ name: 'HELM_RELEASE_NAME', value: RELEASE });
        const [own] = podOf(objects).spec.containers;
        expect(args.slice(0, -3)).to.deep.equal(own.args);
        expect(env).to.deep.equal(own.env);
        expect(metadata.labels).to.deep.equal({ app: `${RELEASE}-detach` });
        expect(spec).to.include({ serviceAccountName: RELEASE });
      }
    });

    it('see the Secrets of Helm by themselves in tenant mode, whatever the accounts of the tenants may', async () => {
      for (const namespaced of [false, true]) {
        const objects = await render({ tenantMode: true, namespaced });

        expect(podOf(objects, 'Job').spec.containers[0].args).not.to.include('--tenant-mode');
        expect(podOf(objects).spec.containers[0].args).to.include('--tenant-mode');
        const kind = namespaced ? 'Role' : 'ClusterRole';
        expect(find(objects.filter(isHook), kind, `${RELEASE}-detach-marks`)?.rules).to.deep.equal([
          { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'patch'] },
        ]);
      }
    });

    it('may scale that Deployment, and no other', async () => {
      const objects = await render({ fullnameOverride: 'ours' });

      const rules = find(objects, 'Role', 'ours-detach')?.rules;
      expect(rules).to.deep.include({
        apiGroups: ['apps'],
        resources: ['deployments'],
        resourceNames: ['ours'],
        verbs: ['get', 'patch'],
      });
      expect(rules, 'whether helm is uninstalling').to.deep.include({
        apiGroups: [''],
        resources: ['secrets', 'configmaps'],
        verbs: ['list'],
      });
    });

    it('are left away where they are not wanted', async () => {
      expect((await render({ detachOnUninstall: false })).filter(isHook)).to.deep.equal([]);
      for (const flag of ['--kubeconfig=/etc/other', '--master=https://other.example']) {
        expect((await render({ extraArgs: [flag] })).filter(isHook), flag).to.deep.equal([]);
      }
      expect((await render({ extraArgs: ['--inspect-listen=:9229'] })).filter(isHook)).not.to.deep.equal([]);
    });
  });

  it('have the image by its tag, and by its digest if it is given', async () => {
    const imageOf = async (image: object): Promise<string> =>
      podOf(await render({ image })).spec.containers[0].image;
    const digest = `sha256:${'0'.repeat(64)}`;

    expect(await imageOf({})).to.equal('helm-release-operator:0.1.0');
    expect(await imageOf({ repository: 'registry.example.com/hro', tag: '1' })).to.equal(
      'registry.example.com/hro:1',
    );
    expect(await imageOf({ digest })).to.equal(`helm-release-operator:0.1.0@${digest}`);
  });
});
