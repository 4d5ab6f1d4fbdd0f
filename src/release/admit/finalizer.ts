import type { HelmRelease } from '../../api/helm-release.ts';
import { FINALIZER } from '../../api/names.ts';
import * as finalizers from '../../kube/finalizers.ts';
import type { Resource } from '../../kube/resource.ts';
import type { Store } from '../../kube/store.ts';

export interface FinalizerPorts {
  readonly releases: Pick<Resource<HelmRelease>, 'mergePatch'>;
  readonly store: Pick<Store<HelmRelease>, 'upsert'>;
}

export function hasFinalizer(release: HelmRelease): boolean {
  return finalizers.hasFinalizer(release, FINALIZER);
}

/** Holds the HelmRelease until its release is dealt with. Written before helm makes anything. */
export async function addFinalizer(
  release: HelmRelease,
  { releases, store }: FinalizerPorts,
  signal: AbortSignal,
): Promise<HelmRelease> {
  return await finalizers.addFinalizer(release, FINALIZER, { objects: releases, store }, signal);
}

export async function removeFinalizer(
  release: HelmRelease,
  { releases, store }: FinalizerPorts,
  signal: AbortSignal,
): Promise<void> {
  await finalizers.removeFinalizer(release, FINALIZER, { objects: releases, store }, signal);
}
