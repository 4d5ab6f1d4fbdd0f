import type { HelmRelease } from '../api/helm-release.ts';
import { namedAccountOf, type Tenancy } from '../api/tenancy.ts';
import { isForbidden } from '../kube/errors.ts';
import { HelmError } from '../helm/errors.ts';

/** Ports by the rights of an account; undefined for those of the operator itself. */
export interface Acting<Ports> {
  readonly as: (account: string | undefined) => Ports;
  readonly tenancy: Tenancy;
}

/**
 * As whom is looked at what was done for a HelmRelease before, and that is ended: the account that it names, so that a
 * person can put another in the place of one that is gone, or else that of the last time.
 */
export function actorOf(release: HelmRelease, tenancy: Tenancy): string | undefined {
  return (
    namedAccountOf(release) ?? release.status?.account ?? namedAccountOf(release, tenancy.defaultAccount)
  );
}

/** Whether helm or the operator was told that it may not do something. */
export function lacksRights(error: unknown): boolean {
  return isForbidden(error) || (error instanceof HelmError && error.class === 'FORBIDDEN');
}
