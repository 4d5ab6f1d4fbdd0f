import { expect } from 'chai';
import { explainFailure, type FailureClass, type HelmError } from '../../../../src/helm/errors.ts';
import type { FailedRun } from '../../../../src/helm/errors/failure-kind.ts';
import { recordedErrors } from './recorded.ts';

interface Row {
  readonly class: FailureClass;
  readonly retry?: 'after-change';
  /** What the message must say; by major where Helm itself tells more or less. */
  readonly says: RegExp | { readonly 3: RegExp; readonly 4: RegExp };
}

const IMMUTABLE_DEPLOYMENT =
  /^Deployment ok exists, and Kubernetes does not let anybody change spec\.selector of it: change chart or values back, or delete the Deployment so that it is made anew$/;
const NOT_OURS =
  /^ConfigMap shared in namespace shop exists already and is not managed by Helm: delete or rename it, or hand it over by setting its label app\.kubernetes\.io\/managed-by to Helm and its annotations meta\.helm\.sh\/release-name to web and meta\.helm\.sh\/release-namespace to shop$/;

const rows: Readonly<Record<string, Row>> = {
  'bad-certificate': {
    class: 'UNREACHABLE',
    says: /^the API server cannot be reached: tls: failed to verify certificate: x509: certificate signed by unknown authority$/,
  },
  'bad-name': { class: 'USAGE', retry: 'after-change', says: /invalid release name/ },
  'bad-type': {
    class: 'INVALID_OBJECT',
    retry: 'after-change',
    says: {
      3: /refuses an object of the chart: Service in version "v1" cannot be handled as a Service/,
      4: /refuses an object of the chart: Service shop\/x6-svc: \.spec\.ports.*\.port: expected numeric/,
    },
  },
  cancelled: { class: 'CANCELLED', says: /^helm was told to stop before it had finished$/ },
  conflict: {
    class: 'SSA_CONFLICT',
    says: /^Deployment shop\/ok: \.spec\.replicas belongs to "kubectl" \(subresource scale\): set spec\.forceConflicts to true to take the fields over, or leave them out of the chart$/,
  },
  'conflict-managers': {
    class: 'SSA_CONFLICT',
    says: /^ConfigMap shop\/ok: \.metadata\.labels\.app\.kubernetes\.io\/name belongs to "argo"; ConfigMap shop\/ok: \.data\.text belongs to "kubectl-patch"; Deployment shop\/ok: \.spec\.template\.spec\.containers\[name="web"\]\.image belongs to "argo"; Deployment shop\/ok: \.spec\.replicas belongs to "kubectl" \(subresource scale\): set/,
  },
  'conflict-two': {
    class: 'SSA_CONFLICT',
    says: /^Deployment shop\/ok: .*\.image belongs to "argo"; Deployment shop\/ok: \.spec\.replicas belongs to "kubectl"/,
  },
  dependencies: {
    class: 'DEPENDENCIES',
    retry: 'after-change',
    says: /^the chart lacks charts that it depends on: redis$/,
  },
  duplicate: { class: 'DUPLICATE', says: /^configmaps "same" exists already: the chart holds it twice/ },
  etcd: { class: 'API_TRANSIENT', says: /^the API server is in trouble: etcdserver: request timed out$/ },
  'forbidden-object': {
    class: 'FORBIDDEN',
    says: /^service account shop\/poor may not get services in namespace shop: allow it by a Role and a RoleBinding$/,
  },
  'forbidden-storage': {
    class: 'FORBIDDEN',
    says: /^service account shop\/poor may not get serviceaccounts in namespace shop/,
  },
  'forbidden-uninstall': {
    class: 'FORBIDDEN',
    says: /^service account shop\/poor may not delete services in namespace shop/,
  },
  'forbidden-upgrade': {
    class: 'FORBIDDEN',
    says: /^service account shop\/poor may not get services in namespace shop/,
  },
  garbage: {
    class: 'CHART_BROKEN',
    retry: 'after-change',
    says: /^helm cannot read the chart: file garbage\.tgz does not appear to be a gzipped archive/,
  },
  'hook-failed': {
    class: 'HOOK_FAILED',
    says: {
      3: /^pre-install hook Job hf-mig failed \(DeadlineExceeded\): look at the logs of its pods$/,
      4: /^pre-install hook Job hf-mig failed \(Job Failed\. failed: 1\/1\): look at the logs of its pods$/,
    },
  },
  'hook-invalid': {
    class: 'INVALID_OBJECT',
    retry: 'after-change',
    says: /^Kubernetes refuses an object of the chart: Job\.batch "hi-mig" is invalid: spec\.template\.spec\.restartPolicy/,
  },
  'hook-timeout': {
    class: 'HOOK_FAILED',
    says: {
      3: /^a pre-install hook did not end in time: look at its pods, or raise spec\.timeout$/,
      4: /^pre-install hook Job ht-mig did not end in time \(Job in progress\): look at its pods, or raise spec\.timeout$/,
    },
  },
  huge: {
    class: 'TOO_BIG',
    retry: 'after-change',
    says: /^the release does not fit into the one Secret of 1 MiB/,
  },
  immutable: { class: 'IMMUTABLE', says: IMMUTABLE_DEPLOYMENT },
  'immutable-job': {
    class: 'IMMUTABLE',
    says: /^Job job exists, and Kubernetes does not let anybody change spec\.template of it/,
  },
  'immutable-statefulset': {
    class: 'IMMUTABLE',
    says: /^StatefulSet sts exists, and Kubernetes does not let anybody change spec\.serviceName of it/,
  },
  invalid: {
    class: 'INVALID_OBJECT',
    retry: 'after-change',
    says: /^Kubernetes refuses an object of the chart: Service "x5-svc" is invalid: .*99999: must be between 1 and 65535/,
  },
  'kube-version': {
    class: 'KUBE_VERSION',
    retry: 'after-change',
    says: /^the chart asks for Kubernetes >=9\.0\.0, and this cluster is v1\.37\.2: use a version of the chart that supports it$/,
  },
  library: {
    class: 'CHART_KIND',
    retry: 'after-change',
    says: /^library charts are not installable: it is there for other charts/,
  },
  locked: { class: 'LOCKED', says: /^another helm works on release web, or one was killed/ },
  'lookup-forbidden': {
    class: 'FORBIDDEN',
    says: /^service account shop\/poor may not list nodes in the whole cluster: allow it by a ClusterRole and a ClusterRoleBinding$/,
  },
  'name-in-use': { class: 'NAME_IN_USE', says: /^release web exists in namespace shop already$/ },
  'namespace-missing': {
    class: 'NS_MISSING',
    says: /^namespace nowhere does not exist: create it \(kubectl create namespace nowhere\)$/,
  },
  'no-deployed': {
    class: 'NO_DEPLOYED',
    says: /^release web in namespace shop has no revision that helm could upgrade$/,
  },
  'no-revision': {
    class: 'NO_REVISION',
    retry: 'after-change',
    says: /^release web has no revision 77 any more to go back to: keep more of them with spec\.maxHistory$/,
  },
  'no-such-path': {
    class: 'CHART_BROKEN',
    retry: 'after-change',
    says: /^helm cannot read the chart: path none\.tgz not found$/,
  },
  'not-a-chart': {
    class: 'CHART_BROKEN',
    retry: 'after-change',
    says: {
      3: /^helm cannot read the chart: Chart\.yaml file is missing$/,
      4: /^helm cannot read the chart: unable to detect chart at Chart\.yaml: open Chart\.yaml: no such file or directory$/,
    },
  },
  'not-found-rollback': { class: 'NOT_FOUND', says: /^there is no release web in namespace shop$/ },
  'not-found-uninstall': { class: 'NOT_FOUND', says: /^there is no release web in namespace shop$/ },
  'ns-terminating': {
    class: 'NS_TERMINATING',
    says: /^namespace shopt is being deleted: nothing new can be made in it$/,
  },
  'object-namespace-missing': { class: 'NS_MISSING', says: /^namespace nope does not exist/ },
  ownership: { class: 'OWNERSHIP', says: NOT_OURS },
  'ownership-other-release': {
    class: 'OWNERSHIP',
    says: /^ConfigMap shared in namespace shop exists already and belongs to release shop\/owner: delete or rename it/,
  },
  'policy-denied': {
    class: 'DENIED',
    says: /^a policy of the cluster refuses this: configmaps "denied" is forbidden: ValidatingAdmissionPolicy 'deny' with binding 'deny' denied request: no ConfigMap may be called denied$/,
  },
  quota: {
    class: 'QUOTA',
    says: /^configmaps "q2" exceeds ResourceQuota q, requested: configmaps=1, used: configmaps=\d, limited: configmaps=1: raise the quota, or ask for less$/,
  },
  'race-lost': { class: 'RACE_LOST', says: /^another helm was faster with release web/ },
  'rollback-hook-failed': {
    class: 'HOOK_FAILED',
    says: /^hook Job pr-mig failed \(.*\): look at the logs of its pods$/,
  },
  schema: {
    class: 'SCHEMA',
    retry: 'after-change',
    says: /^the values do not fit the schema of the chart \(values\.schema\.json\): \/replicas: minimum: got -1, want 0; \/service\/port: maximum: got 99,999, want 65,535$/,
  },
  'template-fail': {
    class: 'TEMPLATE',
    retry: 'after-change',
    says: /^the chart refuses these values: the host is missing \(web\/templates\/deployment\.yaml line 2\)$/,
  },
  'template-include': {
    class: 'TEMPLATE',
    retry: 'after-change',
    says: /^template include\/templates\/x\.yaml line 1 does not render at include "nope" \.: no template "nope" associated with template "gotpl"$/,
  },
  'template-nested': {
    class: 'TEMPLATE',
    retry: 'after-change',
    says: /^template nested\/templates\/_h\.tpl line 6 does not render at \.Values\.x\.y\.z: nil pointer evaluating interface \{\}\.y \(a value that it is taken from is not set\)$/,
  },
  'template-nil': {
    class: 'TEMPLATE',
    retry: 'after-change',
    says: /^template nilptr\/templates\/x\.yaml line 1 does not render at \.Values\.a\.b\.c: nil pointer/,
  },
  'template-parse': {
    class: 'TEMPLATE',
    retry: 'after-change',
    says: /^template parse\/templates\/x\.yaml line 1 is not well-formed: unexpected "\}" in if$/,
  },
  'template-required': {
    class: 'TEMPLATE',
    retry: 'after-change',
    says: /^the chart refuses these values: image\.tag is needed \(required\/templates\/x\.yaml line 1\)$/,
  },
  'template-yaml': {
    class: 'TEMPLATE',
    retry: 'after-change',
    says: /^template badyaml\/templates\/x\.yaml does not give YAML with these values: line 5: mapping values are not allowed in this context$/,
  },
  'test-job-failed': {
    class: 'TEST_FAILED',
    says: /^test Job tf-test failed \(.*\): look at the logs of its pods$/,
  },
  'test-pod-failed': { class: 'TEST_FAILED', says: /^test Pod tp-test failed: look at its logs$/ },
  timeout: {
    class: 'TIMEOUT',
    says: /^the objects of the release were not ready in time \(spec\.timeout\)$/,
  },
  'too-big': {
    class: 'TOO_BIG',
    retry: 'after-change',
    says: /^the release does not fit into the one Secret of 1 MiB/,
  },
  'too-many': { class: 'API_TRANSIENT', says: /^the API server is in trouble: too many requests/ },
  unauthenticated: {
    class: 'UNAUTHENTICATED',
    says: /^the API server does not accept the credentials that helm was given$/,
  },
  unavailable: {
    class: 'API_TRANSIENT',
    says: /^the API server is in trouble: the server is currently unable to handle the request$/,
  },
  'uninstall-hook-failed': { class: 'HOOK_FAILED', says: /^hook Job pr-mig failed/ },
  'uninstall-post-hook-failed': { class: 'HOOK_FAILED', says: /^hook Job pd-mig failed/ },
  'unknown-field': {
    class: 'INVALID_OBJECT',
    retry: 'after-change',
    says: /^Kubernetes refuses an object of the chart: ConfigMap shop\/x4-cm: \.datta: field not declared in schema$/,
  },
  'unknown-kind': {
    class: 'UNKNOWN_KIND',
    says: /^the cluster does not know kind Thing in example\.com\/v1 of object x: install the CustomResourceDefinition that brings it/,
  },
  unreachable: {
    class: 'UNREACHABLE',
    says: /^the API server cannot be reached: dial tcp 127\.0\.0\.1:1: connect: connection refused$/,
  },
  'upgrade-hook-failed': { class: 'HOOK_FAILED', says: /^pre-upgrade hook Job ok-mig failed/ },
  usage: { class: 'USAGE', retry: 'after-change', says: /^unknown flag: --nope$/ },
  'values-bad-yaml': {
    class: 'VALUES',
    retry: 'after-change',
    says: /^helm cannot read the values: error converting YAML to JSON: yaml: mapping values are not allowed/,
  },
  'values-not-map': {
    class: 'VALUES',
    retry: 'after-change',
    says: /^helm cannot read the values: error unmarshaling JSON: .*cannot unmarshal array/,
  },
  'webhook-down': {
    class: 'WEBHOOK_DOWN',
    says: /^admission webhook check\.example\.com does not answer: Post .*connection refused$/,
  },
};

function explain(
  stderr: string,
  verb: FailedRun['verb'] = 'upgrade',
  secrets: readonly string[] = [],
): HelmError {
  const run = { verb, namespace: 'shop', name: 'web' };
  const why = 'ended with exit code 1';
  const failed = {
    kind: 'failed',
    exitCode: 1,
    signal: undefined,
    stdout: '',
    stderr,
    durationMs: 1,
    why,
  } as const;
  return explainFailure(failed, run, { kind: 'words', words: secrets });
}

for (const version of ['3.22.0', '4.3.1'] as const) {
  describe(`an error of helm ${version} is explained to people`, () => {
    const major = version.startsWith('3') ? 3 : 4;

    for (const [what, stderr] of Object.entries(recordedErrors(version))) {
      it(`when it is ${what}`, () => {
        const row = rows[what];

        const error = explain(stderr, what.startsWith('test') ? 'test' : 'upgrade');

        expect(row, 'a row for this error').to.not.equal(undefined);
        const says = row?.says instanceof RegExp ? row.says : row?.says[major];
        expect(error.class).to.equal(row?.class);
        expect(error.message).to.match(says ?? /$./);
        expect(error.retry).to.equal(row?.retry ?? 'backoff');
        expect(error.message).to.not.match(/\n|Error:|FAILED:|level=|[.]$/);
      });
    }
  });
}

const NOTHING = { kind: 'words', words: [] } as const;

describe('explainFailure', () => {
  const run = { verb: 'upgrade', namespace: 'shop', name: 'web' } as const;
  const ended = { kind: 'failed', stdout: '', stderr: 'Error: context canceled\n', durationMs: 1 } as const;

  describe('while nobody can tell what must not be shown', () => {
    const unknown = { kind: 'everything', why: 'what Helm stores of it cannot be read (away)' } as const;
    const ran = { ...ended, exitCode: 1, signal: undefined, why: 'ended with exit code 1' } as const;

    it('keeps the kind of the failure and says nothing of what helm said, nor in the log', () => {
      const stderr = 'Error: UPGRADE FAILED: Secret "web" is invalid: data: Invalid value: hunter22\n';

      const error = explainFailure({ ...ran, stderr }, run, unknown);

      expect(error).to.include({ class: 'INVALID_OBJECT', retry: 'after-change', stderrTail: '' });
      expect(error.message).to.equal(
        'helm upgrade failed (InvalidObject); what it said is not shown, because it may quote Secrets of the release and what Helm stores of it cannot be read (away): look at the Events and objects in namespace shop',
      );
    });

    it('withholds what it knows no explanation for, and tests', () => {
      for (const [verb, stderr] of [
        ['upgrade', 'Error: hunter22\n'],
        ['test', 'Error: pod hunter22 failed\n'],
      ] as const) {
        const { message } = explainFailure({ ...ran, stderr }, { ...run, verb }, unknown);

        expect(message)
          .to.match(/is not shown/)
          .and.not.match(/hunter22/);
      }
    });

    it('says what is the same whatever helm said', () => {
      const late = { ...ran, stderr: 'Error: UPGRADE FAILED: context deadline exceeded\n' };
      const killed = { ...ran, exitCode: undefined, signal: 'SIGTERM', why: 'was ended by SIGTERM' };

      expect(explainFailure(late, run, unknown).message).to.equal(
        'the objects of the release were not ready in time (spec.timeout)',
      );
      expect(explainFailure(killed, run, unknown).message).to.equal('helm upgrade was ended by SIGTERM');
    });
  });

  it('says when helm took longer than it was allowed to', () => {
    const error = explainFailure(
      { ...ended, exitCode: 1, signal: undefined, timedOut: true, why: 'did not finish in 420 s' },
      run,
      NOTHING,
    );

    expect(error).to.include({ class: 'RUN_LIMIT', retry: 'backoff' });
    expect(error.message).to.equal('helm upgrade did not finish in 420 s and was ended');
  });

  it('suspects the memory when helm was killed', () => {
    const killed = { ...ended, exitCode: undefined, signal: 'SIGKILL', why: 'was ended by SIGKILL' };

    expect(explainFailure(killed, run, NOTHING).message).to.equal(
      'helm upgrade was killed by SIGKILL, most likely because memory ran out: raise the memory limit of the operator, or lower --workers',
    );
  });

  it('says why helm did not start', () => {
    const error = explainFailure({ kind: 'not-started', why: 'there is no such program' }, run, NOTHING);

    expect(error).to.include({
      class: 'NOT_STARTED',
      message: 'helm upgrade did not start: there is no such program',
    });
  });

  it('shows the words of helm where it knows no better', () => {
    expect(explain('Error: UPGRADE FAILED: the moon is in the wrong house\n')).to.include({
      class: 'OTHER',
      retry: 'backoff',
      message: 'the moon is in the wrong house',
    });
  });

  it('tells of an account that helm may not be taken for, and not of an API server that is away', () => {
    const stderr =
      'Error: Kubernetes cluster unreachable: serviceaccounts "deployer" is forbidden: User "system:serviceaccount:ops:operator" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "shop"\n';

    expect(explain(stderr)).to.include({
      class: 'FORBIDDEN',
      message:
        'service account ops/operator may not impersonate service account shop/deployer in namespace shop: allow it by a Role and a RoleBinding',
    });
  });

  it('says so when helm said nothing', () => {
    expect(explain('').message).to.equal('helm upgrade ended with exit code 1 and said nothing');
  });

  it('takes secrets out of the message and of what is kept for the log', () => {
    const stderr =
      'Error: INSTALLATION FAILED: execution error at (web/templates/x.yaml:1:2): hunter2secret is too short\n';

    const error = explain(stderr, 'install', ['hunter2secret']);

    expect(error.message).to.equal(
      'the chart refuses these values: *** is too short (web/templates/x.yaml line 1)',
    );
    expect(error.stderrTail).to.contain('*** is too short');
    expect(error.stderrTail).to.not.contain('hunter2');
  });

  it('takes out a secret that would be cut in half', () => {
    const secret = 's3cret-'.repeat(10);

    const error = explain(`Error: ${'x'.repeat(970)} ${secret}\n`, 'install', [secret]);

    expect(error.message).to.not.contain('s3cret');
  });

  it('keeps the end of very long output and stays quick', () => {
    const noise = 'level=DEBUG msg="waiting for resource"\n'.repeat(200_000);

    const error = explain(`${noise}Error: UPGRADE FAILED: context deadline exceeded\n`);

    expect(error.class).to.equal('TIMEOUT');
    expect(error.stderrTail.length).to.be.at.most(2_048);
  });

  it('names only the first few of many conflicts', () => {
    const fields = Array.from({ length: 30 }, (_, at) => `- .data.k${String(at)}`).join('\n');
    const stderr = `Error: UPGRADE FAILED: conflict occurred while applying object shop/big /v1, Kind=ConfigMap: Apply failed with 30 conflicts: conflicts with "argo" using v1:\n${fields}\n`;

    expect(explain(stderr).message).to.contain(
      '.data.k4 belongs to "argo"; and 25 more: set spec.forceConflicts',
    );
  });
});
