import { conditionOf } from '../api/conditions.ts';
import type { HelmRelease } from '../api/helm-release.ts';

/** That a release is not as it is wanted, for as long as that is so. */
export interface Alert {
  readonly namespace: string;
  readonly name: string;
  readonly sentence: string;
  /** RFC 3339. */
  readonly since: string;
}

/** Undefined while all is well, while nobody knows yet, and for what is suspended: nobody is to look after that. */
export function alertOf(release: HelmRelease): Alert | undefined {
  const { metadata, spec, status } = release;
  const ready = conditionOf(status?.conditions, 'Ready');
  const { failure } = status ?? {};
  if (spec.suspend === true || (failure === undefined && ready?.status !== 'False')) return undefined;
  const said = ready?.status === 'False' ? ready.message : undefined;
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    sentence: said ?? failure?.cause ?? 'the release is not ready',
    since: failure?.time ?? ready?.lastTransitionTime ?? metadata.creationTimestamp ?? '',
  };
}
