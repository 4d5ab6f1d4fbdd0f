import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadAll } from 'js-yaml';
import { after, before, describe, it } from 'mocha';
import { kubeconfigText } from '../../hack/testenv/control-plane/kubeconfig.ts';
import type { HelmReleaseSpec } from '../../src/api/helm-release.ts';
import { RECONCILE_AT_ANNOTATION } from '../../src/api/names.ts';
import { auditedSoFar, type AuditEvent } from '../support/audit-log.ts';
import { eventually } from '../support/eventually.ts';
import { runCommand } from '../support/operator-command.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { conditionOf, startWorld, webRelease, type World } from './world.ts';

const TEAM = 'team';
const OTHER = 'other';
const LEAVING = 'leaving';
const OPERATOR = { name: 'tenant-operator', namespace: 'platform' };
const OWN_USER = `system:serviceaccount:${OPERATOR.namespace}:${OPERATOR.name}`;
const APP = `system:serviceaccount:${TEAM}:app`;
const FLAGS = ['--tenant-mode', `--operator-namespace=${OPERATOR.namespace}`];
const GROUP = 'rbac.authorization.k8s.io';

interface Rules {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules?: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

/** What a section of a page has as YAML. */
async function documented(page: string, section: string): Promise<readonly Rules[]> {
  const text = await readFile(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
  const [, yaml = ''] = /```yaml\n([^]*?)```/.exec(text.slice(text.indexOf(`\n## ${section}\n`))) ?? [];
  return loadAll(yaml) as readonly Rules[];
}

/** A role with its binding, in a namespace or in the whole cluster. */
function bound(
  role: Rules,
  subject: { readonly name: string; readonly namespace: string },
  namespace?: string,
) {
  const metadata = { name: role.metadata.name, ...(namespace === undefined ? {} : { namespace }) };
  return [
    { ...role, metadata },
    {
      apiVersion: `${GROUP}/v1`,
      kind: `${role.kind}Binding`,
      metadata,
      roleRef: { apiGroup: GROUP, kind: role.kind, name: metadata.name },
      subjects: [{ kind: 'ServiceAccount', ...subject }],
    },
  ];
}

/** As a rule would allow it. */
function rightOf({ verb, objectRef = {} }: AuditEvent): string {
  const { apiGroup = '', resource = '', subresource } = objectRef;
  return `${verb} ${apiGroup}/${resource}${subresource === undefined ? '' : `/${subresource}`}`;
}

describe('teams that share a cluster and an operator that may only impersonate', function () {
  this.timeout(90_000);
  let world: World;
  let kubeconfig: string;
  let operator: OperatorProcess | undefined;
  let ownRights: ReadonlySet<string>;
  let app: Rules;

  before(async () => {
    world = await startWorld();
    const { cluster } = world;
    for (const name of [TEAM, OTHER, LEAVING, OPERATOR.namespace]) await cluster.createNamespace(name);
    const own = await documented('reference/rights.md', 'Tenant mode');
    const team = await documented('tenants.md', 'A namespace for a team');
    const role = team.find(({ kind }) => kind === 'Role');
    if (role === undefined) throw new Error('docs/tenants.md has no Role for a team');
    app = role;
    ownRights = new Set(
      own.flatMap(({ rules = [] }) =>
        rules.flatMap(({ apiGroups, resources, verbs }) =>
          apiGroups.flatMap((group) =>
            resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
          ),
        ),
      ),
    );
    await cluster.apply({
      apiVersion: 'v1',
      kind: 'List',
      items: [
        { apiVersion: 'v1', kind: 'ServiceAccount', metadata: OPERATOR },
        { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'app', namespace: TEAM } },
        ...own.flatMap((each) =>
          bound(each, OPERATOR, each.kind === 'Role' ? OPERATOR.namespace : undefined),
        ),
        {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'db', namespace: OTHER },
          stringData: { 'values.yaml': 'text: stolen' },
        },
      ],
    });
    await world.git.commit('charts', {
      'peek/Chart.yaml': 'apiVersion: v2\nname: peek\nversion: 1.0.0\n',
      'peek/templates/seen.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: seen}\ndata: {seen: {{ (lookup "v1" "Secret" "other" "db").data | toJson | quote }}}\n',
      'reach/Chart.yaml': 'apiVersion: v2\nname: reach\nversion: 1.0.0\n',
      'reach/templates/there.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: there, namespace: other}\n',
    });
    const { name, namespace } = OPERATOR;
    const token = (await cluster.kubectl('create', 'token', name, '-n', namespace)).trim();
    const { url, caPem, dir } = cluster.plane;
    kubeconfig = join(dir, 'tenants.kubeconfig');
    await writeFile(kubeconfig, kubeconfigText({ url, caPem, token }), { mode: 0o600 });
    operator = await world.operator({ kubeconfig, flags: FLAGS });
  });
  after(async () => {
    await operator?.stop();
    await world.stop();
  });

  const apply = (name: string, spec: Partial<HelmReleaseSpec>, namespace = TEAM): Promise<string> =>
    world.cluster.apply(webRelease(world, namespace, name, { timeout: 20, ...spec }));
  const untilSaid = (name: string, ...words: readonly string[]): Promise<unknown> =>
    world.until(TEAM, name, (found) => {
      const { status, message } = conditionOf(found, 'Ready');
      expect(status).to.equal('False');
      for (const word of words) expect(message).to.include(word);
    });
  const untilReady = (name: string, revision: number, namespace = TEAM) =>
    world.until(namespace, name, (found) => {
      expect(conditionOf(found, 'Ready').status).to.equal('True');
      expect(found.status?.deployed?.revision).to.equal(revision);
      expect(found.status?.observedGeneration).to.equal(found.metadata.generation);
    });
  const tryNow = (name: string): Promise<string> =>
    world.cluster.kubectl(
      ...['annotate', 'helmreleases.helm.fluxcd.io', name, '-n', TEAM, '--overwrite'],
      `${RECONCILE_AT_ANNOTATION}=${crypto.randomUUID()}`,
    );
  const remove = (name: string): Promise<string> =>
    world.cluster.kubectl('delete', 'helmreleases.helm.fluxcd.io', name, '-n', TEAM, '--timeout=30s');
  const grant = (account: string, namespace: string): Promise<string> =>
    world.cluster.apply({
      apiVersion: 'v1',
      kind: 'List',
      items: bound(app, { name: account, namespace }, namespace),
    });
  /** Of the operator and its helm. */
  const asked = async (): Promise<readonly AuditEvent[]> =>
    (await auditedSoFar(world.cluster.plane, OPERATOR.name)).filter(
      ({ user }) => user?.username === OWN_USER,
    );

  it('says of a release whose account may nothing which right is missing, and makes nothing', async () => {
    await apply('web', {
      ...{ serviceAccountName: 'app', wait: true, rollback: { enable: true }, test: { enable: true } },
      values: { text: 'one', test: { enabled: true }, hook: { on: ['pre-install'] } },
    });
    await apply('unnamed', { values: { text: 'one' } });

    const may = `namespace ${TEAM}: allow it by a Role and a RoleBinding`;
    await untilSaid('web', `service account ${TEAM}/app may not list secrets in ${may}`);
    await untilSaid('unnamed', `service account ${TEAM}/default may not list secrets in ${may}`);
    expect(await world.revisions(TEAM, 'team-web')).to.deep.equal([]);
  });

  it('installs and tests it as that account when the right is given, by the Role of the documentation', async () => {
    await grant('app', TEAM);
    await tryNow('web');

    const { status } = await untilReady('web', 1);

    expect(status?.account).to.equal(APP);
    expect(await world.cluster.get('deployments', 'team-web', TEAM)).not.to.equal(undefined);
    await untilSaid('unnamed', `service account ${TEAM}/default may not list secrets`);
  });

  it('upgrades it, rolls it back, and tells in a plan what it would do', async () => {
    const spec = { serviceAccountName: 'app', wait: true, rollback: { enable: true } };
    await apply('web', { ...spec, values: { text: 'two' } });
    await untilReady('web', 2);
    const podAnnotations = { 'testenv.helm-release-operator.io/pod': 'never-ready' };
    await apply('web', { ...spec, timeout: 3, values: { text: 'three', podAnnotations } });
    await world.until(TEAM, 'web', ({ status }) => {
      expect(status?.phase).to.equal('RolledBack');
    });
    const stored = await world.revisions(TEAM, 'team-web');
    expect(stored.map(({ status }) => status)).to.deep.equal([
      ...['superseded', 'superseded', 'failed', 'deployed'],
    ]);

    const { stdout, stderr } = await runCommand({
      ...{ kubeconfig, helm: world.helm },
      flags: ['--plan', '--git-default-ref=main', ...FLAGS],
    });

    expect(stdout, stderr).to.match(/^team\/web +team\/team-web +stall /m);
    expect(stdout).to.match(/^team\/unnamed .*service account team\/default may not list secrets/m);
  });

  it('lets no release read or change another namespace: not by values, lookup, target or chart', async () => {
    const db = { name: 'db', namespace: OTHER };
    await apply('values', { serviceAccountName: 'app', valuesFrom: [{ secretKeyRef: db }] });
    const chart = (path: string) => ({ git: world.git.repoUrl('charts'), path, ref: 'main' });
    await apply('peek', { serviceAccountName: 'app', chart: chart('peek') });
    await apply('reach', { serviceAccountName: 'app', chart: chart('reach') });
    await apply('target', { serviceAccountName: 'app', targetNamespace: OTHER });

    await untilSaid(
      'values',
      'spec.valuesFrom[0].secretKeyRef names a Secret in namespace other',
      '--no-cross',
    );
    await untilSaid('peek', `service account ${TEAM}/app may not get secrets in namespace ${OTHER}`);
    await untilSaid('reach', `service account ${TEAM}/app may not get configmaps in namespace ${OTHER}`);
    await untilSaid('target', `service account ${TEAM}/app may not list secrets in namespace ${OTHER}`);
    expect(await world.cluster.get('configmaps', 'seen', TEAM)).to.equal(undefined);
    expect(await world.cluster.get('configmaps', 'there', OTHER)).to.equal(undefined);
    for (const name of ['values', 'peek', 'reach', 'target']) await remove(name);
  });

  it('lets nobody without rights keep a release name from its team, or a release from being uninstalled', async () => {
    const claim = { targetNamespace: TEAM, releaseName: 'team-claimed' };
    await apply('claimed', claim, OTHER);
    await world.until(OTHER, 'claimed', (found) => {
      const { message } = conditionOf(found, 'Ready');
      expect(message).to.include(
        `service account ${OTHER}/default may not list secrets in namespace ${TEAM}`,
      );
    });

    await apply('claimed', { serviceAccountName: 'app', values: { text: 'one' } });
    await untilReady('claimed', 1);
    await remove('claimed');

    expect(await world.revisions(TEAM, 'team-claimed')).to.deep.equal([]);
    await world.cluster.kubectl('delete', 'helmreleases.helm.fluxcd.io', 'claimed', '-n', OTHER);
  });

  it('reads, applies and releases what a GitSync holds as its account, the Secret for the repository included', async () => {
    const { git, cluster } = world;
    const [apiGroups, resources] = [['helm.fluxcd.io'], ['helmreleases']];
    const rules = [{ apiGroups, resources, verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'] }];
    const metadata = { namespace: TEAM, name: 'deploy' };
    await git.createRepo('deploy');
    await git.commit('deploy', {
      'team/own.yaml':
        'apiVersion: helm.fluxcd.io/v1\nkind: HelmRelease\nmetadata: {name: own}\nspec: {chart: {path: charts/own}}\n',
      'charts/own/Chart.yaml': 'apiVersion: v2\nname: own\nversion: 1.0.0\n',
      'charts/own/templates/own.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own}\n',
    });
    await cluster.apply({
      apiVersion: 'v1',
      kind: 'List',
      items: [
        ...bound({ ...app, metadata: { name: 'git' }, rules }, { name: 'app', namespace: TEAM }, TEAM),
        { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { username: 'me', password: 'pw' } },
        {
          apiVersion: 'gitops.helm-release-operator.io/v1alpha1',
          kind: 'GitSync',
          metadata,
          spec: {
            ...{ url: git.repoUrl('deploy'), path: 'team', secretRef: { name: 'deploy' } },
            ...{ interval: '1s', serviceAccountName: 'app', prune: true },
          },
        },
      ],
    });

    const { status } = await untilReady('own', 1);
    expect(status?.account).to.equal(APP);

    await cluster.kubectl('delete', 'gitsync', 'deploy', '-n', TEAM);
    await remove('own');
    expect(await cluster.get('configmaps', 'own', TEAM)).to.equal(undefined);
  });

  it('uninstalls it as the account, and names the way out while that lacks the rights', async () => {
    await world.cluster.kubectl('delete', 'rolebinding', 'app', '-n', TEAM);
    await world.cluster.kubectl(
      ...['delete', 'helmreleases.helm.fluxcd.io', 'web', '-n', TEAM, '--wait=false'],
    );
    await untilSaid('web', `service account ${TEAM}/app may not`, 'set spec.suspend to true');
    expect(await world.cluster.get('deployments', 'team-web', TEAM)).not.to.equal(undefined);

    await grant('default', TEAM);
    await world.cluster.kubectl(
      ...['patch', 'helmreleases.helm.fluxcd.io', 'web', '-n', TEAM, '--type=merge'],
      '--patch={"spec":{"serviceAccountName":"default"}}',
    );
    await eventually(async () => {
      expect(await world.cluster.get('helmreleases.helm.fluxcd.io', 'web', TEAM)).to.equal(undefined);
    }, 20_000);

    expect(await world.cluster.get('deployments', 'team-web', TEAM)).to.equal(undefined);
    expect(await world.revisions(TEAM, 'team-web')).to.deep.equal([]);
  });

  it('has the account default for a release that names none', async () => {
    await tryNow('unnamed');
    const { status } = await untilReady('unnamed', 1);
    expect(status?.account).to.equal(`system:serviceaccount:${TEAM}:default`);
  });

  it('holds up no namespace that is deleted, although the rights of its account go first', async () => {
    await grant('default', LEAVING);
    await apply('web', {}, LEAVING);
    await untilReady('web', 1, LEAVING);

    // As Kubernetes does it, in whatever order.
    await world.cluster.kubectl('delete', 'rolebinding', 'app', '-n', LEAVING);
    await world.cluster.kubectl('delete', 'namespace', LEAVING, '--wait=false');

    await eventually(async () => {
      expect(await world.cluster.get('helmreleases.helm.fluxcd.io', 'web', LEAVING)).to.equal(undefined);
    }, 20_000);
    expect(operator?.log()).to.match(/leaving the release in place.*has no rights in it any more/);
  });

  it('was asked nothing by its own rights but what the documentation lists, and changed nothing of a release', async () => {
    const own = (await asked()).filter(({ impersonatedUser, objectRef }) => {
      return impersonatedUser === undefined && objectRef?.resource !== undefined;
    });

    const beyond = own.filter((event) => !ownRights.has(rightOf(event)));
    expect(new Set(beyond.map(rightOf))).to.deep.equal(new Set());
    const refused = own.filter(({ responseStatus, annotations }) => {
      return responseStatus?.code === 403 && annotations?.['authorization.k8s.io/decision'] !== 'allow';
    });
    expect(new Set(refused.map(rightOf))).to.deep.equal(new Set());
    const inSecrets = own.filter(({ objectRef }) => objectRef?.resource === 'secrets');
    expect(new Set(inSecrets.map(({ objectRef }) => objectRef?.namespace))).to.deep.equal(
      new Set([OPERATOR.namespace]),
    );
    const helms = (await asked()).filter(({ userAgent = '', objectRef }) => {
      return userAgent.toLowerCase().startsWith('helm/') && objectRef?.resource !== undefined;
    });
    expect(helms).not.to.be.empty;
    for (const each of helms)
      expect(each.impersonatedUser?.username, rightOf(each)).to.match(/:app$|:default$/);
  });

  it('takes its marks off as the accounts', async () => {
    expect(await operator?.stop()).to.equal(0);

    const { status, stdout, stderr } = await runCommand({
      ...{ kubeconfig, helm: world.helm },
      flags: ['--detach', ...FLAGS],
    });

    expect(stdout, stderr).to.match(/^Secret team\/\S+team-unnamed\.v1: took off .*digest.*owner/m);
    expect(status, stdout).to.equal(0);
  });

  it('without tenant mode a release with an account reads of another namespace what that may, and no more', async () => {
    operator = await world.operator();
    await grant('app', TEAM);
    const db = { name: 'db', namespace: OTHER };
    await apply('named', { serviceAccountName: 'app', valuesFrom: [{ secretKeyRef: db }] });
    await untilSaid('named', `service account ${TEAM}/app may not get secrets in namespace ${OTHER}: allow`);

    await world.cluster.apply({
      apiVersion: 'v1',
      kind: 'List',
      items: bound(
        {
          ...app,
          rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
        },
        { name: 'app', namespace: TEAM },
        OTHER,
      ),
    });
    await tryNow('named');
    await untilReady('named', 1);

    const made = await world.cluster.get<{ data: { text: string } }>('configmaps', 'team-named', TEAM);
    expect(made?.data.text).to.equal('stolen');
    await remove('named');
  });
});
