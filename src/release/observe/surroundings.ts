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
  readonly sees: Sight;
}

/**
 * What may be asked about: the cluster; or single namespaces, by whoever has rights in these only and asks for nothing beyond
 * them; or HelmReleases alone, where all else is the business of the accounts that they name.
 */
export type Sight = 'cluster' | 'namespace' | 'releases';

export function createSurroundings(ports: SurroundingsPorts): Surroundings {
  const { definitions, namespaces, releases, sees } = ports;
  if (sees !== 'cluster') {
    const probe = probeOf(ports, sees === 'namespace' ? 'Secret' : KIND);
    return {
      isCrdTerminating: (release, signal) => isCreateRefused(releases, release, signal),
      isNamespaceTerminating: async (namespace, signal) =>
        (await stateByProbe(probe, namespace, signal)) === 'terminating',
      isNamespaceMissing: async (namespace, signal) =>
        (await stateByProbe(probe, namespace, signal)) === 'missing',
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

/** Asks to create something there, in a dry run. */
type Probe = (namespace: string, signal: AbortSignal) => Promise<unknown>;

const PROBE = 'is-the-namespace-there';

/** A Secret, which whoever runs helm there may create; or a HelmRelease, which the operator may where it may nothing else. */
function probeOf({ secrets, releases }: SurroundingsPorts, kind: 'Secret' | 'HelmRelease'): Probe {
  return async (namespace, signal) => {
    const metadata = { name: PROBE, namespace };
    return kind === 'Secret'
      ? await secrets.dryRunCreate({ apiVersion: 'v1', kind, metadata }, signal)
      : await releases.dryRunCreate({ apiVersion: API_VERSION, kind, metadata, spec: PROBE_SPEC }, signal);
  };
}

/** Nothing is ever made of it. */
const PROBE_SPEC: HelmRelease['spec'] = {
  chart: { repository: 'https://charts.example.com', name: PROBE, version: '1.0.0' },
};

/**
 * How a namespace is, as the refusal to create something there tells it. Who may not learns it when helm cannot.
 */
async function stateByProbe(
  probe: Probe,
  namespace: string,
  signal: AbortSignal,
): Promise<'there' | 'missing' | 'terminating'> {
  try {
    await probe(namespace, signal);
  } catch (error) {
    if (isNotFound(error)) return 'missing';
    if (!isForbidden(error) && !isConflict(error)) throw error;
    if (NAMESPACE_TERMINATING.test(String(error))) return 'terminating';
  }
  return 'there';
}
