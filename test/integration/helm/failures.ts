import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FailureClass } from '../../../src/helm/errors.ts';
import { signal, type Bench } from './harness.ts';
import { failure, ok, requestsFor, type Release } from './requests.ts';

interface Row {
  readonly class: FailureClass;
  readonly says: RegExp;
  /** Files of a chart; without them the web chart is taken. */
  readonly files?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, unknown>>;
}

const configMap = (name: string, more = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n${more}`;

/** What people get wrong, done to a real cluster: the sentence must name it. */
const INSTALLS: Readonly<Record<string, Row>> = {
  'a value that is not set': {
    class: 'TEMPLATE',
    says: /^template broken\/templates\/a\.yaml line 2 does not render at \.Values\.a\.b: nil pointer.*is not set\)$/,
    files: { 'templates/a.yaml': '\n{{ .Values.a.b }}' },
  },
  'a chart that refuses its values': {
    class: 'TEMPLATE',
    says: /^the chart refuses these values: a host is needed \(web\/templates\/deployment\.yaml line 2\)$/,
    values: { fail: 'a host is needed' },
  },
  'values that do not fit the schema': {
    class: 'SCHEMA',
    says: /schema of the chart \(values\.schema\.json\): \/replicas: minimum: got -1, want 0$/,
    values: { replicas: -1 },
  },
  'a chart for another Kubernetes': {
    class: 'KUBE_VERSION',
    says: /^the chart asks for Kubernetes >=9\.0\.0, and this cluster is v1\./,
    files: { 'Chart.yaml': 'apiVersion: v2\nname: broken\nversion: 0.1.0\nkubeVersion: ">=9.0.0"\n' },
  },
  'a kind that the cluster does not know': {
    class: 'UNKNOWN_KIND',
    says: /^the cluster does not know kind Thing in example\.com\/v1 of object x: install the CustomResourceDefinition/,
    files: { 'templates/a.yaml': 'apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: x}' },
  },
  'an object that is invalid': {
    class: 'INVALID_OBJECT',
    says: /^Kubernetes refuses an object of the chart: Service "web" is invalid: .*spec\.ports\[0\]\.port: Invalid value: 70000/,
    files: {
      'templates/a.yaml':
        'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 70000}]}',
    },
  },
  'an object in a namespace that is not there': {
    class: 'NS_MISSING',
    says: /^namespace nowhere does not exist: create it \(kubectl create namespace nowhere\)$/,
    files: { 'templates/a.yaml': configMap('x, namespace: nowhere') },
  },
  'an object of somebody else': {
    class: 'OWNERSHIP',
    says: /^ConfigMap kube-root-ca\.crt in namespace \S+ exists already and is not managed by Helm: delete or rename it, or hand it over/,
    files: { 'templates/a.yaml': configMap('kube-root-ca.crt') },
  },
  'dependencies that are not in the chart': {
    class: 'DEPENDENCIES',
    says: /^the chart lacks charts that it depends on: redis$/,
    files: {
      'Chart.yaml':
        'apiVersion: v2\nname: broken\nversion: 0.1.0\ndependencies: [{name: redis, version: 1.x, repository: "https://charts.invalid"}]\n',
    },
  },
  'a hook that fails': {
    class: 'HOOK_FAILED',
    says: /^pre-install hook Job web-hook failed \(.*\): look at the logs of its pods$/,
    values: {
      hook: { on: ['pre-install'], podAnnotations: { 'testenv.helm-release-operator.io/pod': 'fails' } },
    },
  },
};

export function describeFailures(bench: () => Bench): void {
  for (const [at, [what, row]] of Object.entries(INSTALLS).entries()) {
    it(`names ${what}`, async () => {
      const { helm, web, chart, namespace } = bench();
      const path =
        row.files === undefined ? web : await chart('broken', { 'templates/a.yaml': '', ...row.files });
      const { install } = requestsFor(
        { namespace: await namespace(`fail-${String(at)}`), name: 'web' },
        path,
      );

      const failed = failure(await helm.install({ ...install, inlineValues: row.values }, signal));

      expect(failed.message).to.match(row.says);
      expect(failed.class).to.equal(row.class);
    });
  }

  it('names a namespace that does not exist', async () => {
    const { helm, web } = bench();
    const { install } = requestsFor({ namespace: 'nowhere', name: 'web' }, web);

    expect(failure(await helm.install(install, signal))).to.deep.equal({
      class: 'NS_MISSING',
      message: 'namespace nowhere does not exist: create it (kubectl create namespace nowhere)',
    });
  });

  it('names a field that Kubernetes does not let anybody change', async () => {
    const { helm, web, namespace } = bench();
    const { install, upgrade } = requestsFor({ namespace: await namespace('immutable'), name: 'web' }, web);
    ok(await helm.install(install, signal));

    const failed = failure(
      await helm.upgrade({ ...upgrade, inlineValues: { selector: { a: 'b' } } }, signal),
    );

    expect(failed).to.deep.equal({
      class: 'IMMUTABLE',
      message:
        'Deployment web exists, and Kubernetes does not let anybody change spec.selector of it: change chart or values back, or delete the Deployment so that it is made anew',
    });
  });

  it('names field and manager of a conflict, and takes the field over when it may', async () => {
    const { helm, web, namespace, kubectl, binary } = bench();
    const { install, upgrade, rollback } = requestsFor(
      { namespace: await namespace('conflict'), name: 'web' },
      web,
    );
    ok(await helm.install(install, signal));
    await kubectl('scale', 'deployment/web', '-n', 'conflict', '--replicas=3');

    const outcome = await helm.upgrade(upgrade, signal);

    if (binary.major === 3) {
      ok(outcome); // Helm 3 applies by itself and knows no managers
    } else {
      expect(failure(outcome)).to.deep.equal({
        class: 'SSA_CONFLICT',
        message:
          'Deployment conflict/web: .spec.replicas belongs to "kubectl" (subresource scale): set spec.forceConflicts to true to take the fields over, or leave them out of the chart',
      });
    }
    ok(await helm.rollback({ ...rollback, revision: 1, forceConflicts: true }, signal));
    ok(await helm.upgrade({ ...upgrade, forceConflicts: true, inlineValues: { replicas: 2 } }, signal));
    expect(await replicasOf(bench(), 'conflict')).to.equal('2');
  });

  it('goes on by client-side apply once a release was forced, and takes fields over without being told to', async () => {
    const { helm, web, namespace, kubectl, storage } = bench();
    const { install, upgrade, rollback } = requestsFor(
      { namespace: await namespace('forced'), name: 'web' },
      web,
    );
    const methodOf = (): Promise<unknown> => storage.applyMethod('forced', 'web', signal);

    ok(await helm.install(install, signal));
    const before = await methodOf();
    ok(await helm.upgrade({ ...upgrade, force: true, forceConflicts: true }, signal));
    const forced = await methodOf();
    await kubectl('scale', 'deployment/web', '-n', 'forced', '--replicas=3');
    ok(await helm.upgrade({ ...upgrade, forceConflicts: true, inlineValues: { replicas: 2 } }, signal));
    ok(await helm.rollback({ ...rollback, revision: 2, forceConflicts: true }, signal));

    expect(before).to.equal(bench().binary.major === 4 ? 'server' : 'client');
    expect([forced, await methodOf()]).to.deep.equal(['client', 'client']);
    expect(await replicasOf(bench(), 'forced')).to.equal('1');
  });

  it('says which address does not answer', async () => {
    const { another, dir, web } = bench();
    const kubeconfig = join(dir, 'unreachable');
    await writeFile(kubeconfig, kubeconfigFor('https://127.0.0.1:1'));
    const helm = another({ kubeconfigPath: () => Promise.resolve(kubeconfig) });
    const release: Release = { namespace: 'default', name: 'web' };

    expect(
      failure(await helm.upgrade({ ...requestsFor(release, web).upgrade, apply: 'server' }, signal)),
    ).to.deep.equal({
      class: 'UNREACHABLE',
      message: 'the API server cannot be reached: dial tcp 127.0.0.1:1: connect: connection refused',
    });
  });

  it('takes secrets out of what the chart says', async () => {
    const { helm, web, namespace } = bench();
    const { install } = requestsFor({ namespace: await namespace('masked'), name: 'web' }, web);
    const valuesFiles = [Buffer.from('fail: the password hunter2-battery is too short')];

    const failed = failure(
      await helm.install({ ...install, valuesFiles, secrets: ['hunter2-battery'] }, signal),
    );

    expect(failed.message).to.contain('the password *** is too short');
  });
}

async function replicasOf({ kubectl }: Bench, namespace: string): Promise<string> {
  return kubectl('get', 'deployment', 'web', '-n', namespace, '-o', 'jsonpath={.spec.replicas}');
}

function kubeconfigFor(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'a', cluster: { server } }],
    users: [{ name: 'a', user: {} }],
    contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
    'current-context': 'a',
  });
}
