import type { HelmRelease } from '../../api/helm-release.ts';
import { FINALIZER } from '../../api/names.ts';
import type { Resource } from '../../kube/resource.ts';
import type { Store } from '../../kube/store.ts';

export interface FinalizerPorts {
  readonly releases: Pick<Resource<HelmRelease>, 'mergePatch'>;
  readonly store: Pick<Store<HelmRelease>, 'upsert'>;
}

export function hasFinalizer(release: HelmRelease): boolean {
  return release.metadata.finalizers?.includes(FINALIZER) ?? false;
}

/** Holds the HelmRelease until its release is dealt with. Written before helm makes anything. */
export async function addFinalizer(
  release: HelmRelease,
  ports: FinalizerPorts,
  signal: AbortSignal,
): Promise<HelmRelease> {
  return await writeFinalizers(release, [...(release.metadata.finalizers ?? []), FINALIZER], ports, signal);
}

export async function removeFinalizer(
  release: HelmRelease,
  ports: FinalizerPorts,
  signal: AbortSignal,
): Promise<void> {
  const others = (release.metadata.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER);
  await writeFinalizers(release, others, ports, signal);
}

/** The resourceVersion makes it fail, and the pass start over, when somebody else has changed the list. */
async function writeFinalizers(
  { metadata: { name, namespace = '', resourceVersion } }: HelmRelease,
  finalizers: readonly string[],
  { releases, store }: FinalizerPorts,
  signal: AbortSignal,
): Promise<HelmRelease> {
  const patch = { metadata: { resourceVersion, finalizers } };
  const written = await releases.mergePatch({ namespace, name }, patch, signal);
  store.upsert(written);
  return written;
}
