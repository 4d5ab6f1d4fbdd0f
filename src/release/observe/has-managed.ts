import { conditionOf } from '../../api/conditions.ts';
import type { HelmReleaseStatus } from '../../api/helm-release.ts';
import type { ReleaseTarget } from '../../api/release-name.ts';
import { formerTarget } from './former-target.ts';

/** Proof that this HelmRelease, or the same under 1.4.4, has deployed the release. */
export function hasManaged(status: HelmReleaseStatus, target: ReleaseTarget): boolean {
  if (formerTarget(status, target) !== undefined) return false;
  const { history = [], operation, conditions, revision } = status;
  return (
    history.length > 0 ||
    operation !== undefined ||
    revision !== undefined ||
    conditionOf(conditions, 'Deployed') !== undefined
  );
}
