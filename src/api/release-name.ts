import { InvalidSpecError } from './errors.ts';
import type { HelmRelease } from './helm-release.ts';
import { orElse } from './or-else.ts';
import { MAX_RELEASE_NAME } from './schema/defaults.ts';

/** Helm's own rule for the name of a release, beside its length. */
const FORM = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Names and namespace of the Helm release that a HelmRelease stands for. */
export interface ReleaseTarget {
  readonly releaseName: string;
  /** Of the release's objects and of Helm's record of it. */
  readonly namespace: string;
}

/**
 * Which release is meant, right or wrong: also a HelmRelease that can never be released has to say what it
 * stands for, to be deleted for example.
 */
export function targetOf({ metadata, spec }: Pick<HelmRelease, 'metadata' | 'spec'>): ReleaseTarget {
  const own = metadata.namespace === undefined || metadata.namespace === '' ? 'default' : metadata.namespace;
  const namespace = orElse(spec.targetNamespace, own);
  const parts = namespace === own ? [own, metadata.name] : [own, namespace, metadata.name];
  return { releaseName: orElse(spec.releaseName, parts.join('-')), namespace };
}

/** Whether Helm can have a release of that name. */
export function isReleaseName(name: string): boolean {
  return name.length <= MAX_RELEASE_NAME && FORM.test(name);
}

/** What is wrong with the name as one that Helm has to take; `undefined` if nothing is. */
export function releaseNameProblem({ metadata, spec }: HelmRelease): InvalidSpecError | undefined {
  const { releaseName } = targetOf({ metadata, spec });
  const chosen = spec.releaseName === releaseName;
  const name = chosen
    ? `the release name '${releaseName}' of spec.releaseName`
    : `the release name '${releaseName}', made of the namespace and name of the HelmRelease,`;
  const wayOut = chosen ? 'change spec.releaseName' : 'set spec.releaseName';
  if (releaseName.length > MAX_RELEASE_NAME) {
    return new InvalidSpecError(
      `${name} has ${releaseName.length.toString()} characters, and Helm allows ${MAX_RELEASE_NAME.toString()}: ${wayOut} to a shorter one`,
    );
  }
  if (!FORM.test(releaseName)) {
    return new InvalidSpecError(
      `${name} is none that Helm allows: ${wayOut} to one of lower case letters, digits, '-' and '.' that begins and ends with a letter or digit`,
    );
  }
  return undefined;
}
