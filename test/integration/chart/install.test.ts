import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, afterEach, before, describe, it } from 'mocha';
import { kubeconfigText } from '../../../hack/testenv/control-plane/kubeconfig.ts';
import { tool } from '../../../hack/testenv/testenv.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { FINALIZER, MARK_DIGEST_LABEL } from '../../../src/api/names.ts';
import { isHook } from '../../support/chart-rights.ts';
import { eventually } from '../../support/eventually.ts';
import { runCommand } from '../../support/operator-command.ts';
import { startOperator } from '../../support/operator-process.ts';
import { CHART, helm, helmAlone, NAMESPACE, podOf, RELEASE, render } from './chart.ts';
import type { Rendered, Values } from './chart.ts';
import { TYPICAL_OF_1_4_4 } from './helm-operator-values.ts';
import { PROFILES } from './profiles.ts';

const DEFINITIONS = ['helmreleases.helm.fluxcd.io', 'gitsyncs.gitops.helm-release-operator.io'];
const WEB = {
  apiVersion: 'helm.fluxcd.io/v1',
  kind: 'HelmRelease',
  metadata: { name: 'web', namespace: NAMESPACE },
  spec: { suspend: true, chart: { repository: 'https://charts.example.com', name: 'web', version: '1.0.0' } },
};

interface Deployment extends Rendered {
  readonly metadata: Rendered['metadata'] & { readonly uid: string };
  readonly spec: { readonly replicas: number; readonly strategy: { readonly type: string } };
  readonly status: { readonly readyReplicas?: number };
}

describe('the chart on a cluster', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let dir: string;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'chart-'));
    cluster = await startCluster();
    await cluster.createNamespace(NAMESPACE);
    // A pod that asks for more than the operator needs would not be let in.
    await cluster.kubectl('label', 'ns', NAMESPACE, 'pod-security.kubernetes.io/enforce=restricted');
  });
  after(async () => {
    await cluster.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const flags = (): readonly string[] => ['--kubeconfig', cluster.kubeconfig, '--namespace', NAMESPACE];
  const install = (values: Values, ...more: string[]): Promise<string> =>
    helm(['install', RELEASE, CHART, ...flags(), '--wait', '--timeout=60s', ...more], values);
  const upgrade = (values: Values, ...more: string[]): Promise<string> =>
    helm(['upgrade', RELEASE, CHART, ...flags(), '--wait', '--timeout=60s', ...more], values);
  const uninstall = (...more: string[]): Promise<string> =>
    helmAlone('uninstall', RELEASE, ...flags(), '--wait', '--timeout=60s', '--ignore-not-found', ...more);
  afterEach(() => uninstall('--no-hooks'));
  const deployment = (): Promise<Deployment | undefined> =>
    cluster.get<Deployment>('deployment', RELEASE, NAMESPACE);
  const definitions = (): Promise<string> =>
    cluster.kubectl('get', 'crd', ...DEFINITIONS, '--output=jsonpath={.items[*].metadata.name}');
  const removeDefinitions = async (): Promise<void> => {
    await cluster.kubectl('delete', 'crd', ...DEFINITIONS, '--wait=false');
    let looks = 0;
    await eventually(async () => {
      const left = (
        await cluster.kubectl('get', 'crd', ...DEFINITIONS, '--ignore-not-found', '-o', 'name')
      ).trim();
      if (left === '') return;
      // An API server that was just then making ready to serve them tries again only after a minute, or after an edit.
      await cluster
        .kubectl('annotate', ...left.split('\n'), `look=${String(looks++)}`, '--overwrite')
        .catch(String);
      throw new Error(`${left} are still there`);
    });
  };

  for (const [name, values] of Object.entries(PROFILES)) {
    it(`is taken by the API server, with no field that it does not know, with ${name}`, async () => {
      // Of the Prometheus operator there is no definition here.
      const items = (await render(values)).filter(
        ({ apiVersion }) => !apiVersion.startsWith('monitoring.coreos.com/'),
      );
      await writeFile(join(dir, 'list.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));

      const told = await cluster.kubectl(
        ...['apply', '--server-side', '--dry-run=server', '--validate=strict', '-n', NAMESPACE],
        ...['-f', join(dir, 'list.json')],
      );

      expect(told.trim().split('\n')).to.have.length(items.length);
    });
  }

  it('brings its definitions, runs, is upgraded, and leaves definitions and HelmReleases when it goes', async () => {
    await removeDefinitions();
    await install({});
    expect((await deployment())?.status.readyReplicas).to.equal(1);
    expect((await definitions()).split(' ')).to.have.members(DEFINITIONS);
    await cluster.apply(WEB);

    await upgrade({ workers: 2, namespaced: true });
    expect(JSON.stringify((await deployment())?.spec)).to.include('--workers=2');
    expect(await cluster.get('clusterrole', RELEASE, NAMESPACE)).to.equal(undefined);

    await uninstall();
    expect(await deployment()).to.equal(undefined);
    expect((await definitions()).split(' ')).to.have.members(DEFINITIONS);
    expect(await cluster.get('helmreleases.helm.fluxcd.io', 'web', NAMESPACE)).not.to.equal(undefined);
  });

  it('runs two of the operator, and one again', async () => {
    await install({ replicas: 2 });
    expect((await deployment())?.status.readyReplicas).to.equal(2);
    expect(await cluster.get('poddisruptionbudget', RELEASE, NAMESPACE)).not.to.equal(undefined);

    await upgrade({ replicas: 2, workers: 2 });
    expect((await deployment())?.spec.strategy.type).to.equal('RollingUpdate');

    await upgrade({ replicas: 2, workers: 2, namespaced: true });
    expect((await deployment())?.spec.strategy.type, 'with those of another Lease').to.equal('Recreate');
    await upgrade({ replicas: 2, workers: 3, namespaced: true });
    expect((await deployment())?.spec.strategy.type).to.equal('RollingUpdate');

    await upgrade({ replicas: 1 });
    expect((await deployment())?.spec).to.deep.include({ replicas: 1, strategy: { type: 'Recreate' } });
    expect(await cluster.get('poddisruptionbudget', RELEASE, NAMESPACE)).to.equal(undefined);
  });

  for (const [mode, values] of [
    ['', {}],
    [', in tenant mode too', { tenantMode: true }],
  ] as const)
    it(`takes the marks of the operator off before it goes, so that no namespace waits for it${mode}`, async () => {
      const apps = `apps-${mode.length}`;
      await install(values);
      await cluster.createNamespace(apps);
      await cluster.apply({ ...WEB, metadata: { name: 'web', namespace: apps, finalizers: [FINALIZER] } });
      const labels = { owner: 'helm', name: 'web', version: '1', [MARK_DIGEST_LABEL]: 'v1.1.1' };
      const secret = { name: 'sh.helm.release.v1.web.v1', namespace: apps, labels };
      await cluster.apply({ apiVersion: 'v1', kind: 'Secret', metadata: secret });
      // Nothing runs in the pods here, so what the Job would do is done by hand, with no more rights than it has.
      const hooks = (await render(values)).filter(isHook);
      await cluster.apply({
        apiVersion: 'v1',
        kind: 'List',
        items: hooks.filter(({ kind }) => kind !== 'Job'),
      });
      const [{ args }] = podOf(hooks, 'Job').spec.containers;
      const command = {
        kubeconfig: await accountKubeconfig(),
        helm: await tool('helm'),
        flags: [...args.filter(isForOutside), `--operator-namespace=${NAMESPACE}`],
      };

      // As where the manifests are applied by something that knows of no hooks.
      const refused = await runCommand(command);
      expect(refused.status).to.equal(1);
      expect(refused.stdout + refused.stderr).to.include(
        `release ${NAMESPACE}/${RELEASE} is deployed, and helm is not uninstalling it`,
      );
      expect((await deployment())?.spec.replicas).to.equal(1);
      const web = await cluster.get<Rendered>('helmreleases.helm.fluxcd.io', 'web', apps);
      expect(web?.metadata).to.deep.include({ finalizers: [FINALIZER] });

      // As helm does before it makes a hook.
      const record = `sh.helm.release.v1.${RELEASE}.v1`;
      await cluster.kubectl('label', 'secret', record, '-n', NAMESPACE, 'status=uninstalling', '--overwrite');
      const told = await runCommand(command);

      expect(told.status, told.stdout + told.stderr).to.equal(0);
      expect(told.stdout).to.include('helm-operator is scaled to 0, and none of its pods is left');
      expect(told.stdout).to.include(`HelmRelease ${apps}/web: took off finalizer`);
      expect(told.stdout).to.include(`Secret ${apps}/sh.helm.release.v1.web.v1: took off digest`);
      expect((await deployment())?.spec.replicas).to.equal(0);
      await uninstall();
      for (const { kind, metadata } of hooks) {
        expect(await cluster.get(kind, metadata.name, NAMESPACE)).to.equal(undefined);
      }
      expect(await cluster.get('helmreleases.helm.fluxcd.io', 'web', apps)).not.to.equal(undefined);
      await cluster.kubectl('delete', 'namespace', apps, '--timeout=30s');
    });

  it('keeps definitions that were among its templates when they no longer are, and when it goes', async () => {
    await removeDefinitions();
    await install({ createCRD: true }, '--skip-crds');
    await cluster.kubectl('wait', '--for=condition=Established', '--timeout=20s', 'crd', ...DEFINITIONS);
    await cluster.apply(WEB);

    await upgrade({ createCRD: false });
    expect((await definitions()).split(' ')).to.have.members(DEFINITIONS);

    await upgrade({ createCRD: true });
    await uninstall();
    expect((await definitions()).split(' ')).to.have.members(DEFINITIONS);
    expect(await cluster.get('helmreleases.helm.fluxcd.io', 'web', NAMESPACE)).not.to.equal(undefined);
  });

  it('is not upgraded where that would delete the definitions', async () => {
    await install({ createCRD: true }, '--skip-crds', '--take-ownership');
    await cluster.kubectl('annotate', 'crd', ...DEFINITIONS, 'helm.sh/resource-policy-');

    const told = await upgrade({ createCRD: false }).catch((error: unknown) => String(error));
    for (const name of DEFINITIONS) {
      expect(told).to.include(`createCRD: helm would delete the definition ${name}, which came with this`);
    }

    await upgrade({ createCRD: true });
    await upgrade({ createCRD: false });
    expect((await definitions()).split(' ')).to.have.members(DEFINITIONS);
  });

  for (const [where, values] of [
    ['in all namespaces', {}],
    ['in its own namespace', { namespaced: true }],
  ] as const) {
    it(`gives the operator the rights to be ready ${where}, and it asks for no more`, async () => {
      await install({ ...values, rbac: { chartRules: [] } });
      const [{ args }] = podOf(await render({ ...values, logFormat: 'json' })).spec.containers;
      const operator = await startOperator({
        kubeconfig: await accountKubeconfig(),
        helm: await tool('helm'),
        flags: args.filter(isForOutside),
        env: { POD_NAMESPACE: NAMESPACE },
      });
      try {
        await eventually(async () => {
          expect(await operator.get('/readyz')).to.include({ status: 200 });
        });
        expect((await operator.get('/healthz')).status).to.equal(200);
        expect(operator.log()).not.to.match(/forbidden|\b403\b/i);
      } finally {
        await operator.stop();
      }
    });
  }

  async function accountKubeconfig(): Promise<string> {
    const path = join(dir, 'account.kubeconfig');
    const { plane, kubectl } = cluster;
    const token = (await kubectl('create', 'token', RELEASE, '-n', NAMESPACE)).trim();
    await writeFile(path, kubeconfigText({ url: plane.url, caPem: plane.caPem, token }), { mode: 0o600 });
    return path;
  }

  it('takes definitions that are there already among its templates when it is told to', async () => {
    await install({ createCRD: true }, '--skip-crds', '--take-ownership');

    const definition = await cluster.get<Rendered>('crd', 'helmreleases.helm.fluxcd.io', NAMESPACE);
    expect(definition?.metadata.annotations).to.include({
      'helm.sh/resource-policy': 'keep',
      'meta.helm.sh/release-name': RELEASE,
    });
  });

  it('upgrades a release of the chart of Helm Operator 1.4.4 in place, with its values, and goes back', async () => {
    const old = await predecessor(dir);
    await helm(['install', RELEASE, old, ...flags(), '--wait', '--timeout=60s'], TYPICAL_OF_1_4_4);
    const before = await deployment();

    await upgrade(TYPICAL_OF_1_4_4);
    const now = await deployment();
    expect(now?.metadata.uid).to.equal(before?.metadata.uid);
    expect(now?.status.readyReplicas).to.equal(1);
    expect(JSON.stringify(now?.spec)).to.include('helm-release-operator:0.1.0').and.not.to.include('tiller');

    await helmAlone('rollback', RELEASE, '1', ...flags(), '--wait', '--timeout=60s');
    await upgrade({ ...TYPICAL_OF_1_4_4, replicas: 2 });
    expect((await deployment())?.spec.strategy.type, 'with the old one, which heeds no Lease').to.equal(
      'Recreate',
    );
    await upgrade({ ...TYPICAL_OF_1_4_4, replicas: 2 });
    expect((await deployment())?.spec.strategy.type).to.equal('RollingUpdate');

    await helmAlone('rollback', RELEASE, '1', ...flags(), '--wait', '--timeout=60s');
    expect(JSON.stringify((await deployment())?.spec)).to.include('--tiller-namespace=kube-system');
  });
});

/** Folders are those inside of a container. */
function isForOutside(flag: string): boolean {
  return !flag.startsWith('--work-dir=');
}

/** What of the old chart stands in the way of an upgrade, or would: names, labels, the selector, the container. */
async function predecessor(dir: string): Promise<string> {
  const chart = join(dir, 'helm-operator');
  await mkdir(join(chart, 'templates'), { recursive: true });
  await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v1\nname: helm-operator\nversion: 1.4.4\n');
  const labels = { app: RELEASE, chart: 'helm-operator-1.4.4', release: RELEASE, heritage: 'Helm' };
  const selector = { app: RELEASE, release: RELEASE };
  const account = { kind: 'ServiceAccount', name: RELEASE, namespace: NAMESPACE };
  const all = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];
  const restricted = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
  };
  const container = {
    name: 'flux-helm-operator',
    image: 'fluxcd/helm-operator:1.4.4',
    args: ['--enabled-helm-versions=v3', '--tiller-namespace=kube-system'],
    ports: [{ name: 'http', containerPort: 3030 }],
    securityContext: restricted,
  };
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: RELEASE, labels } };
  const objects = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: RELEASE, labels } },
    { ...rbac, kind: 'ClusterRole', rules: all },
    {
      ...rbac,
      kind: 'ClusterRoleBinding',
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: RELEASE },
      subjects: [account],
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: RELEASE, labels },
      spec: { ports: [{ name: 'http', port: 3030, targetPort: 'http' }], selector },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: RELEASE, labels },
      spec: {
        replicas: 1,
        strategy: { type: 'Recreate' },
        selector: { matchLabels: selector },
        template: {
          metadata: { labels: selector },
          spec: { serviceAccountName: RELEASE, containers: [container] },
        },
      },
    },
  ];
  const text = objects.map((object) => JSON.stringify(object)).join('\n---\n');
  await writeFile(join(chart, 'templates', 'all.yaml'), text);
  return chart;
}
