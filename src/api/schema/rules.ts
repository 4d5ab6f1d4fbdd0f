import { MAX_RELEASE_NAME } from './defaults.ts';
import type { CelRule } from './fragments.ts';

/**
 * What `kubectl apply` refuses. The law: only what 1.4.4 took and could never release, with Helm 2 or 3. So an
 * empty string counts as absent, a source that is not looked at may be incomplete, and what Helm 2 could
 * do passes here and is answered in status. Rules stand as deep as they can: a part of an object that an
 * update does not touch is not checked again, so objects stored before a rule can still get status.
 */

const given = (field: string) => `(has(self.${field}) && size(self.${field}) > 0)`;

const gitIsComplete = `(${given('git')} && ${given('path')})`;

/** What is left out of these was forgotten: they belong to a repository that is not named. */
const isInOwnCommit = `(${given('path')} && !${given('ref')} && !has(self.secretRef))`;

/** Without a name an oci:// URL has to hold one behind its host. */
const chartIsNamed = `(${given('name')} || self.repository.matches('^oci://[^/]+/.+'))`;

const repositoryIsComplete = `(${given('repository')} && ${given('version')} && ${chartIsNamed})`;

export const CHART_RULES: readonly CelRule[] = [
  {
    rule: `${given('git')} || ${given('repository')} || ${isInOwnCommit}`,
    message:
      'the chart has no source: set git and path for a chart in a Git repository, path alone for one in the commit of a GitSync, or repository, name and version for one in a chart repository',
  },
  {
    rule: `!${given('git')} || ${given('path')} || ${repositoryIsComplete}`,
    message: 'git is set, but path is not: set path to the folder of the chart in the Git repository',
    fieldPath: '.path',
  },
  {
    rule: `!${given('repository')} || ${repositoryIsComplete} || ${gitIsComplete}`,
    message:
      'repository is set, but the chart in it is not: set name and version (the name may be left out only where an oci:// repository ends with it)',
    fieldPath: '.repository',
  },
  {
    rule: `!${given('repository')} || self.repository.contains('://') || ${gitIsComplete}`,
    message:
      'repository has to be a URL such as https://charts.example.com or oci://registry.example.com/charts, not the local name of a repository',
    fieldPath: '.repository',
  },
];

export const RELEASE_NAME_RULES: readonly CelRule[] = [
  {
    rule: `size(self) <= ${MAX_RELEASE_NAME.toString()}`,
    message: `Helm allows at most ${MAX_RELEASE_NAME.toString()} characters in the name of a release: set a shorter one`,
  },
  {
    // What Helm 2 allowed; the rule of Helm 3 is in SPEC_RULES.
    rule: "self == '' || self.matches('^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$')",
    message:
      "the name of a release consists of lower case letters, digits, '-' and '.', and begins and ends with a letter or digit: set such a name",
  },
];

const HELM_3_NAME = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';

export const SPEC_RULES: readonly CelRule[] = [
  {
    rule: `!(has(self.helmVersion) && self.helmVersion == 'v3') || !${given('releaseName')} || self.releaseName.matches('${HELM_3_NAME}')`,
    message:
      "Helm 3 takes lower case letters, digits, '-' and '.' in the name of a release, no others: set such a name",
    fieldPath: '.releaseName',
  },
];

export const TARGET_NAMESPACE_RULES: readonly CelRule[] = [
  {
    rule: "self == '' || (size(self) <= 63 && self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'))",
    message:
      "no namespace can have this name: set one of at most 63 lower case letters, digits and '-' that begins and ends with a letter or digit",
  },
];

/**
 * Without a bound the API server counts with a million entries and refuses the rule below as too costly. An
 * entry that names a source has 25 bytes and more, and an object holds 1.5 MiB: no list gets this long.
 */
export const MAX_VALUES_FROM = 100_000;

/**
 * Nothing is read from the URL if another source of the entry comes first, or if the entry is optional. The test
 * is coarse: to match a whole pattern in every entry of a list is beyond what the API server lets rules cost.
 */
export const VALUES_FROM_RULES: readonly CelRule[] = [
  {
    rule: "!has(self.externalSourceRef) || has(self.configMapKeyRef) || has(self.secretKeyRef) || (has(self.externalSourceRef.optional) && self.externalSourceRef.optional) || self.externalSourceRef.url.startsWith('h') || self.externalSourceRef.url.startsWith('H')",
    message: 'values are read from http:// and https:// URLs only: put them into a ConfigMap or Secret',
    fieldPath: '.externalSourceRef.url',
  },
];
