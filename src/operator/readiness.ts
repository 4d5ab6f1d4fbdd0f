import { conditionOf } from '../api/conditions.ts';
import type { HelmRelease } from '../api/helm-release.ts';

/**
 * Whether a HelmRelease that was ready has become something else by itself. An edit of it, and whatever the operator has
 * begun on it, takes readiness away too, and is no loss.
 */
export function hasLostReadiness(before: HelmRelease, after: HelmRelease): boolean {
  const was = conditionOf(before.status?.conditions, 'Ready');
  const is = conditionOf(after.status?.conditions, 'Ready');
  return (
    was?.status === 'True' &&
    is !== undefined &&
    is.status !== 'True' &&
    was.observedGeneration === is.observedGeneration &&
    after.status?.operation === undefined &&
    before.status?.deployed?.revision === after.status?.deployed?.revision
  );
}
