import type { HelmRelease, HelmReleaseStatus } from '../api/helm-release.ts';
import { RECONCILE_AT_ANNOTATION } from '../api/names.ts';
import type { Plan } from './plan.ts';

/** A person, or what a person has asked for, wants a pass now: stalls and backoffs do not hold it. */
export interface Wish {
  /** The value of the annotation; absent where the wish is none of its own. */
  readonly token?: string;
}

/** What a person asks for by annotation and was not granted yet. */
export function wishOf({ metadata, status }: HelmRelease): Wish | undefined {
  const token = metadata.annotations?.[RECONCILE_AT_ANNOTATION];
  return token === undefined || token === status?.lastHandledReconcileAt ? undefined : { token };
}

/** A wish is granted with the first thing that is done for it, and that is written down before it is done. */
export function granted(status: HelmReleaseStatus, wish: Wish | undefined): HelmReleaseStatus {
  return wish?.token === undefined ? status : { ...status, lastHandledReconcileAt: wish.token };
}

/** Whether what was granted was cut off before helm made anything of it: then it is still to be done. */
export function isCutOff(
  { operation }: HelmReleaseStatus,
  { digest }: Pick<Plan, 'digest'>,
  newest: number,
): boolean {
  return (
    operation?.cause === 'Requested' && operation.toRevision === newest + 1 && operation.digest === digest
  );
}
