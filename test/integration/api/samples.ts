import { readdirSync, readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import type { HelmReleaseSpec, HelmReleaseStatus } from '../../../src/api/helm-release.ts';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: HelmReleaseSpec;
}

const FOLDER = new URL('manifests/', import.meta.url);

/** What 1.4.4's users committed, and 1.4.4 released or could have. */
export const goodManifests: readonly (readonly [file: string, text: string, manifest: Manifest])[] =
  readdirSync(FOLDER).map((file) => {
    const text = readFileSync(new URL(file, FOLDER), 'utf8');
    return [file, text, load(text) as Manifest];
  });

const repository = { repository: 'https://charts.example.com', name: 'web', version: '1.2.3' };

/** What can never be released: which field is named, and a piece of the sentence. */
export const badSpecs: readonly {
  readonly what: string;
  readonly spec: object;
  readonly field: string;
  readonly says: string;
  /** Refused by the schema of 1.4.4 too. */
  readonly always?: true;
}[] = [
  {
    what: 'a chart without a source',
    spec: { chart: {} },
    field: 'spec.chart',
    says: 'the chart has no source: set git and path for a chart in a Git repository, path alone for one in the commit of a GitSync, or repository, name and version',
  },
  {
    what: 'a path and a ref without a Git repository',
    spec: { chart: { path: 'charts/web', ref: 'main' } },
    field: 'spec.chart',
    says: 'the chart has no source',
  },
  {
    what: 'a source of empty strings',
    spec: { chart: { git: '', path: '', repository: '', name: '', version: '' } },
    field: 'spec.chart',
    says: 'the chart has no source',
  },
  {
    what: 'a Git repository without a path',
    spec: { chart: { git: 'git@github.com:example/charts' } },
    field: 'spec.chart.path',
    says: 'git is set, but path is not: set path to the folder of the chart',
  },
  {
    what: 'a chart repository without a version',
    spec: { chart: { repository: 'https://charts.example.com', name: 'web' } },
    field: 'spec.chart.repository',
    says: 'repository is set, but the chart in it is not: set name and version',
  },
  {
    what: 'a chart repository without a name',
    spec: { chart: { ...repository, name: '' } },
    field: 'spec.chart.repository',
    says: 'repository is set, but the chart in it is not: set name and version',
  },
  {
    what: 'a registry without a chart',
    spec: { chart: { repository: 'oci://ghcr.io', version: '1.0.0' } },
    field: 'spec.chart.repository',
    says: 'the name may be left out only where an oci:// repository ends with it',
  },
  {
    what: 'the local name of a chart repository',
    spec: { chart: { ...repository, repository: 'stable' } },
    field: 'spec.chart.repository',
    says: 'repository has to be a URL such as https://charts.example.com',
  },
  {
    what: 'a release name of 54 characters',
    spec: { chart: repository, releaseName: 'a'.repeat(54) },
    field: 'spec.releaseName',
    says: 'Helm allows at most 53 characters in the name of a release: set a shorter one',
  },
  {
    what: 'a release name that no Helm takes',
    spec: { chart: repository, releaseName: 'my release' },
    field: 'spec.releaseName',
    says: "the name of a release consists of lower case letters, digits, '-' and '.'",
  },
  {
    what: 'a release name that Helm 3 does not take',
    spec: { chart: repository, helmVersion: 'v3', releaseName: 'My_Release' },
    field: 'spec.releaseName',
    says: "Helm 3 takes lower case letters, digits, '-' and '.' in the name of a release",
  },
  {
    what: 'a target namespace that cannot exist',
    spec: { chart: repository, targetNamespace: 'My_Namespace' },
    field: 'spec.targetNamespace',
    says: 'no namespace can have this name: set one of at most 63 lower case letters',
  },
  {
    what: 'a target namespace of 64 characters',
    spec: { chart: repository, targetNamespace: 'n'.repeat(64) },
    field: 'spec.targetNamespace',
    says: 'no namespace can have this name',
  },
  {
    what: 'an account that cannot exist',
    spec: { chart: repository, serviceAccountName: 'My_Account' },
    field: 'spec.serviceAccountName',
    says: 'no ServiceAccount can have this name',
  },
  {
    what: 'values from a URL that is neither http nor https',
    spec: { chart: repository, valuesFrom: [{}, { externalSourceRef: { url: 's3://bucket/values.yaml' } }] },
    field: 'spec.valuesFrom[1].externalSourceRef.url',
    says: 'values are read from http:// and https:// URLs only: put them into a ConfigMap or Secret',
  },
  {
    what: 'a Helm that never was',
    spec: { chart: repository, helmVersion: 'v4' },
    field: 'spec.helmVersion',
    says: 'supported values: "v2", "v3"',
    always: true,
  },
  {
    what: 'a spec without a chart',
    spec: { releaseName: 'web' },
    field: 'spec.chart',
    says: 'Required value',
    always: true,
  },
];

/** Every field that a status can have. */
export const fullStatus: Required<HelmReleaseStatus> = {
  observedGeneration: 3,
  phase: 'RolledBack',
  targetNamespace: 'shop',
  releaseName: 'default-web',
  releaseStatus: 'deployed',
  revision: '1.2.3',
  lastAttemptedRevision: '1.3.0',
  rollbackCount: 2,
  lastHandledReconcileAt: 'now-please',
  account: 'system:serviceaccount:shop:deployer',
  insecureSources: ['chart from http://charts.example.com'],
  leftBehind: [{ releaseName: 'old', namespace: 'shop', since: '2026-03-01T12:00:00Z', uninstalling: 4 }],
  uninstalledLeftBehind: ['shop/older'],
  deployed: {
    revision: 7,
    chart: 'web-1.2.3',
    appVersion: '4.5',
    sourceRevision: '1.2.3',
    digest: 'k1.v1.0123abcd',
    since: '2026-03-01T12:00:00Z',
  },
  history: [
    {
      revision: 7,
      chart: 'web',
      version: '1.2.3',
      appVersion: '4.5',
      sourceRevision: '1.2.3',
      digest: 'k1.v1.0123abcd',
      action: 'rollback',
      cause: 'Rollback',
      result: 'Released',
      time: '2026-03-01T12:00:00Z',
      finished: '2026-03-01T12:01:00Z',
      message: 'rolled back to revision 5',
    },
  ],
  failure: {
    step: 'wait',
    cause: "Pod 'web-0' cannot pull its image: set another one",
    digest: 'k1.v1.ffff0000',
    revision: 6,
    attempts: 2,
    time: '2026-03-01T11:59:00Z',
    nextTry: '2026-03-01T12:09:00Z',
  },
  failedInput: {
    step: 'wait',
    cause: "Pod 'web-0' cannot pull its image: set another one",
    digest: 'k1.v1.ffff0000',
    revision: 6,
    attempts: 2,
    time: '2026-03-01T11:59:00Z',
    nextTry: '2026-03-01T12:09:00Z',
  },
  failedRollback: {
    step: 'rollback',
    cause: 'helm rollback was killed by SIGKILL',
    digest: 'k1.v1.ffff0000',
    revision: 7,
    attempts: 1,
    platformFailures: 1,
    time: '2026-03-01T11:59:30Z',
    nextTry: '2026-03-01T12:00:00Z',
  },
  contest: { revision: 7, generation: 3, since: '2026-03-01T12:00:00Z' },
  operation: {
    action: 'test',
    digest: 'k1.v1.0123abcd',
    cause: 'Changed',
    fromRevision: 7,
    toRevision: 7,
    startedAt: '2026-03-01T12:00:00Z',
    deadline: '2026-03-01T12:05:00Z',
  },
  conditions: [
    {
      type: 'Released',
      status: 'False',
      reason: 'DeployFailed',
      message: "Installation or upgrade failed for Helm release 'default-web' in 'default'.",
      lastUpdateTime: '2026-03-01T11:59:00Z',
      lastTransitionTime: '2026-03-01T11:59:00Z',
      observedGeneration: 3,
    },
    {
      type: 'Ready',
      status: 'False',
      reason: 'RolledBack',
      message: 'web-1.2.3 is deployed, 1.3.0 failed',
      lastUpdateTime: '2026-03-01T12:00:00Z',
      lastTransitionTime: '2026-03-01T12:00:00Z',
      observedGeneration: 3,
    },
  ],
};
