import { OperatorError } from '../../api/errors.ts';
import type { HelmRelease } from '../../api/helm-release.ts';
import { API_VERSION, GROUP, KIND, PLURAL } from '../../api/names.ts';
import { isConflict, isForbidden, isNotFound, unlessForbidden } from '../../kube/errors.ts';
import type { Resource } from '../../kube/resource.ts';
import type { KubeObject } from '../../kube/resource-type.ts';

/** What goes on around a release that changes what can be done with it. */
export interface Surroundings {
  readonly isCrdTerminating: (release: HelmRelease, signal: AbortSignal) => Promise<boolean>;
  readonly isNamespaceTerminating: (namespace: string, signal: AbortSignal) => Promise<boolean>;
  /** False also where the operator may not look. */
  readonly isNamespaceMissing: (namespace: string, signal: AbortSignal) => Promise<boolean>;
}

/** Uninstalling would be a guess. */
class UnknownSurroundingsError extends OperatorError {
  readonly reason = 'SurroundingsUnknown';
  readonly retry = 'backoff';
}

export interface SurroundingsPorts {
  readonly definitions: Pick<Resource<KubeObject>, 'get'>;
  readonly namespaces: Pick<Resource<KubeObject>, 'get'>;
  readonly releases: Pick<Resource<HelmRelease>, 'dryRunCreate'>;
  readonly secrets: Pick<Resource<KubeObject>, 'dryRunCreate'>;
  /** False with --allow-namespace: whoever has rights in single namespaces only asks for nothing beyond them. */
  readonly seesCluster: boolean;
}

export function createSurroundings(ports: SurroundingsPorts): Surroundings {
  const { definitions, namespaces, releases, secrets, seesCluster } = ports;
  if (!seesCluster) {
    return {
      isCrdTerminating: (release, signal) => isCreateRefused(releases, release, signal),
      isNamespaceTerminating: async (namespace, signal) =>
        (await stateByProbe(secrets, namespace, signal)) === 'terminating',
      isNamespaceMissing: async (namespace, signal) =>
        (await stateByProbe(secrets, namespace, signal)) === 'missing',
    };
  }
  return {
    isCrdTerminating: async (release, signal) => {
      const definition = await unlessForbidden(definitions.get({ name: `${PLURAL}.${GROUP}` }, signal));
      return definition === 'forbidden'
        ? await isCreateRefused(releases, release, signal)
        : definition === undefined || definition.metadata.deletionTimestamp !== undefined;
    },
    isNamespaceTerminating: async (namespace, signal) => {
      const found = await unlessForbidden(namespaces.get({ name: namespace }, signal));
      return found !== 'forbidden' && found?.metadata.deletionTimestamp !== undefined;
    },
    isNamespaceMissing: async (namespace, signal) =>
      (await unlessForbidden(namespaces.get({ name: namespace }, signal))) === undefined,
  };
}

/** Who may not read CustomResourceDefinitions learns it from the refusal to create another object of the kind. */
async function isCreateRefused(
  releases: SurroundingsPorts['releases'],
  { metadata: { namespace = '' }, spec }: HelmRelease,
  signal: AbortSignal,
): Promise<boolean> {
  const probe: HelmRelease = {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name: 'is-the-definition-terminating', namespace },
    spec,
  };
  try {
    await releases.dryRunCreate(probe, signal);
    return false;
  } catch (error) {
    // Nobody knows the kind any more.
    if (isNotFound(error)) return true;
    if (!isForbidden(error)) throw error;
    if (/custom resource definition is terminating/i.test(String(error))) return true;
    // The definition is looked at first, so nothing is wrong with it.
    if (NAMESPACE_TERMINATING.test(String(error))) return false;
    throw new UnknownSurroundingsError(
      'it cannot be told whether the CustomResourceDefinition of HelmRelease is being deleted, which must not uninstall releases: let the operator create HelmReleases (it only asks, in a dry run), or set spec.suspend to true to keep the release',
      { cause: error },
    );
  }
}

const NAMESPACE_TERMINATING = /because it is being terminated/i;

/**
 * How a namespace is, as the refusal to create something there tells it: a Secret, which whoever runs helm there may
 * create. Who may not learns it when helm cannot.
 */
async function stateByProbe(
  secrets: SurroundingsPorts['secrets'],
  namespace: string,
  signal: AbortSignal,
): Promise<'there' | 'missing' | 'terminating'> {
  const probe = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'is-the-namespace-there', namespace },
  };
  try {
    await secrets.dryRunCreate(probe, signal);
  } catch (error) {
    if (isNotFound(error)) return 'missing';
    if (!isForbidden(error) && !isConflict(error)) throw error;
    if (NAMESPACE_TERMINATING.test(String(error))) return 'terminating';
  }
  return 'there';
}
