import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import type { HelmRelease } from '../../../src/api/helm-release.ts';
import { eventually } from '../../support/eventually.ts';
import { conditionOf, webRelease } from '../world.ts';
import { type Asked, askedSoFar } from './asked-by.ts';
import { type GitOps, openGitOps } from './gitops.ts';

const TEAM = 'team';
const DEPLOYER = `system:serviceaccount:${TEAM}:deployer`;

/** Enough for Helm's records, and for what `values` has of the chart's, but for the Deployment. */
const RECORDS = [
  { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'create', 'update', 'patch', 'delete'] },
  { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'create', 'patch', 'delete'] },
  {
    apiGroups: ['helm.fluxcd.io'],
    resources: ['helmreleases'],
    verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'],
  },
];
const DEPLOYMENTS = [
  { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'create', 'patch', 'delete'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'] },
];

const CHART = {
  'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'charts/web/templates/settings.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "{{ .Release.Name }}"}\ndata: {color: {{ .Values.color }}}\n',
  'charts/web/templates/deployment.yaml': [
    'apiVersion: apps/v1',
    'kind: Deployment',
    'metadata: {name: "{{ .Release.Name }}"}',
    'spec:',
    '  selector: {matchLabels: &labels {app: "{{ .Release.Name }}"}}',
    '  template:',
    '    metadata:',
    '      labels: *labels',
    '      annotations:',
    '        color: {{ .Values.color }}',
    '        {{- if eq .Values.color "broken" }}',
    '        testenv.helm-release-operator.io/pod: image-pull',
    '        {{- end }}',
    '    spec: {containers: [{name: web, image: web}]}',
    '',
  ].join('\n'),
  'charts/web/templates/test.yaml': [
    'apiVersion: v1',
    'kind: Pod',
    'metadata:',
    '  name: "{{ .Release.Name }}-test"',
    '  annotations: {helm.sh/hook: test}',
    'spec: {restartPolicy: Never, containers: [{name: test, image: test}]}',
    '',
  ].join('\n'),
};

describe('a chart in the commit of its manifest, under the account of the GitSync', function () {
  this.timeout(120_000);
  let ops: GitOps;

  before(async () => {
    ops = await openGitOps();
    await ops.openNamespace(TEAM, RECORDS);
  });
  after(async () => {
    await (ops as GitOps | undefined)?.[Symbol.asyncDispose]();
  });

  const release = (name: string, color: string, chart = 'charts/web', more = ''): string =>
    [
      'apiVersion: helm.fluxcd.io/v1',
      'kind: HelmRelease',
      `metadata: {name: ${name}}`,
      'spec:',
      `  releaseName: ${name}`,
      `  chart: {path: ${chart}}`,
      `  values: {color: ${color}}`,
      more,
    ].join('\n');
  const web = (color: string): string =>
    release(
      'web',
      color,
      'charts/web',
      '  wait: true\n  timeout: 5\n  rollback: {enable: true}\n  test: {enable: true}\n',
    );
  /** It takes as long as the next try. */
  const untilReady = (name: string, check: (found: HelmRelease) => void = () => undefined) => {
    const isReady = (found: HelmRelease): void => {
      expect(conditionOf(found, 'Ready').status).to.equal('True');
      check(found);
    };
    return ops.world.until(TEAM, name, isReady, 60_000);
  };
  const untilGone = (name: string): Promise<void> =>
    eventually(async () => {
      expect(await ops.world.cluster.get('helmreleases.helm.fluxcd.io', name, TEAM)).to.equal(undefined);
    }, 60_000);
  const namesOf = async (kinds: string): Promise<readonly string[]> => {
    const text = await ops.world.cluster.kubectl('get', kinds, '-n', TEAM, '-o', 'name');
    return text.split('\n').filter((each) => each !== '' && !each.endsWith('kube-root-ca.crt'));
  };
  /** What helm has asked for since the last look. */
  let seen = 0;
  const helmAsked = async (): Promise<readonly Asked[]> => {
    const all = (await askedSoFar(ops)).filter(({ program }) => program === 'helm');
    const asked = all.slice(seen);
    seen = all.length;
    return asked;
  };
  /** Rights by the group that the API server gives to all accounts of the namespace. */
  const grantGroup = async (rules: readonly object[]): Promise<void> => {
    const group = 'rbac.authorization.k8s.io';
    const metadata = { name: 'charts', namespace: TEAM };
    await ops.world.cluster.apply({ apiVersion: `${group}/v1`, kind: 'Role', metadata, rules });
    await ops.world.cluster.apply({
      apiVersion: `${group}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: group, kind: 'Role', name: metadata.name },
      subjects: [{ apiGroup: group, kind: 'Group', name: `system:serviceaccounts:${TEAM}` }],
    });
  };

  it('is not installed without the right to what is in it, which is named with the account, and nothing is made', async () => {
    const commit = await ops.commit({ ...CHART, 'team/web.yaml': web('red') });
    await ops.sync(TEAM, 'team', { path: 'team' });
    await ops.untilApplied(TEAM, 'team', commit);

    await ops.world.until(TEAM, 'web', (found) => {
      expect(conditionOf(found, 'Ready').message).to.include(
        `service account ${TEAM}/deployer may not get deployments.apps in namespace ${TEAM}: allow it by a Role and a RoleBinding`,
      );
      expect(found.status?.failure?.nextTry).to.be.a('string');
    });

    expect(await namesOf('configmaps,deployments,pods,secrets')).to.deep.equal([]);
  });

  it('is installed and tested as the account once that has the right, also by its group', async () => {
    await grantGroup(DEPLOYMENTS);

    const found = await untilReady('web');

    expect(found.status?.account).to.equal(DEPLOYER);
    const asked = await helmAsked();
    expect(asked.map(({ verb, resource }) => `${verb} ${resource}`))
      .to.include('create secrets')
      .and.include('patch deployments')
      .and.include('watch pods');
    for (const each of asked) expect(each, JSON.stringify(each)).to.include({ as: DEPLOYER });
  });

  it('is upgraded and rolled back as it', async () => {
    await ops.commit({ 'team/web.yaml': web('green') });
    await untilReady('web', ({ status }) => {
      expect(status?.deployed?.revision).to.equal(2);
    });
    await ops.commit({ 'team/web.yaml': web('broken') });
    await ops.world.until(TEAM, 'web', (found) => {
      expect(conditionOf(found, 'RolledBack').status).to.equal('True');
    });

    const asked = await helmAsked();
    expect(asked.filter(({ verb, resource }) => verb === 'patch' && resource === 'deployments')).not.to.be
      .empty;
    for (const each of asked) expect(each, JSON.stringify(each)).to.include({ as: DEPLOYER });
    expect((await ops.world.revisions(TEAM, 'web')).map(({ status }) => status)).to.deep.equal([
      ...['superseded', 'superseded', 'failed', 'deployed'],
    ]);
  });

  it('is uninstalled as it when it leaves Git, and not without its rights', async () => {
    await grantGroup([]);
    const commit = await ops.commit({
      'team/web.yaml': { removed: true },
      'team/kept.yaml': release('kept', 'red'),
    });
    await ops.untilApplied(TEAM, 'team', commit);
    await ops.world.until(TEAM, 'web', (found) => {
      expect(conditionOf(found, 'Ready').message)
        .to.include(
          `service account ${TEAM}/deployer may not get deployments.apps in namespace ${TEAM}: allow`,
        )
        .and.include('set spec.suspend to true');
    });
    expect(await namesOf('deployments')).to.deep.equal(['deployment.apps/web']);

    await grantGroup(DEPLOYMENTS);
    await untilGone('web');

    expect(await namesOf('deployments')).not.to.include('deployment.apps/web');
    const asked = await helmAsked();
    expect(asked.some(({ verb, resource }) => verb === 'delete' && resource === 'deployments')).to.equal(
      true,
    );
    for (const each of asked) expect(each, JSON.stringify(each)).to.include({ as: DEPLOYER });
  });

  it('is uninstalled as it when the GitSync is gone', async () => {
    await untilReady('kept');
    await helmAsked();
    await ops.world.cluster.kubectl('delete', 'gitsync', 'team', '-n', TEAM);
    await ops.world.cluster.kubectl('delete', 'helmreleases.helm.fluxcd.io', 'kept', '-n', TEAM);

    const asked = await helmAsked();

    expect(asked.some(({ verb, resource }) => verb === 'delete' && resource === 'deployments')).to.equal(
      true,
    );
    for (const each of asked) expect(each, JSON.stringify(each)).to.include({ as: DEPLOYER });
  });

  it('has its definitions made as the account', async () => {
    const crd = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'things.example.com' },
      spec: {
        ...{ group: 'example.com', scope: 'Namespaced', names: { kind: 'Thing', plural: 'things' } },
        versions: [
          { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
        ],
      },
    };
    await ops.commit({
      'charts/things/Chart.yaml': 'apiVersion: v2\nname: things\nversion: 1.0.0\n',
      'charts/things/crds/things.yaml': JSON.stringify(crd),
      'defined/things.yaml': release('things', 'red', 'charts/things'),
    });
    await ops.sync(TEAM, 'defined', { path: 'defined' });
    await ops.world.until(TEAM, 'things', (found) => {
      expect(conditionOf(found, 'Ready').message)
        .to.include('CustomResourceDefinition things.example.com cannot be created')
        .and.include(`allow service account ${TEAM}/deployer to get, create and patch Custom`);
    });

    await ops.grantCluster(TEAM, [
      {
        apiGroups: ['apiextensions.k8s.io'],
        resources: ['customresourcedefinitions'],
        verbs: ['get', 'create', 'patch'],
      },
    ]);
    await untilReady('things');

    const made = (await askedSoFar(ops)).filter(
      ({ name, verb }) => name === 'things.example.com' && verb === 'create',
    );
    expect(made).not.to.be.empty;
    for (const each of made) expect(each).to.include({ as: DEPLOYER });
  });

  it('is told from a chart of a named repository, for which helm has the rights of the operator', async () => {
    await helmAsked();
    await ops.world.cluster.createNamespace('plain');
    await ops.world.cluster.apply(webRelease(ops.world, 'plain', 'web'));
    const found = await ops.world.until('plain', 'web', (each) => {
      expect(conditionOf(each, 'Released').status).to.equal('True');
    });

    expect(found.status).not.to.have.property('account');
    const asked = (await helmAsked()).filter(({ namespace }) => namespace === 'plain');
    expect(asked).not.to.be.empty;
    for (const each of asked) expect(each).to.include({ as: undefined });
  });
});
