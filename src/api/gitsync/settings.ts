import type { SecretReference } from '../chart-source.ts';
import { InvalidSpecError } from '../errors.ts';
import type { ObjectKey } from '../metadata.ts';
import type { GitSync } from './git-sync.ts';
import { intervalMsOf } from './interval.ts';
import { pathsOf } from './paths.ts';
import { wantedRefOf, type WantedRef } from './ref.ts';
import { SYNC_DEFAULTS } from './schema/defaults.ts';
import { PASSWORD_FORM, PASSWORD_IN_URL } from './schema/rules.ts';

export type { WantedRef } from './ref.ts';

/** What becomes of the objects when their GitSync is deleted. */
export type DeletionPolicy = 'orphan' | 'delete';

/** A GitSync with every default applied and its interval in milliseconds. */
export interface SyncSettings {
  readonly key: ObjectKey;
  /** As it is written; its form is checked by whoever reads the repository. */
  readonly url: string;
  readonly ref: WantedRef;
  /** From the root of the repository, which is the empty string; at least one, none twice. */
  readonly paths: readonly string[];
  readonly intervalMs: number;
  readonly secretRef: SecretReference | undefined;
  /** The user as which everything is read and written: system:serviceaccount:namespace:name. */
  readonly account: string;
  readonly prune: boolean;
  readonly suspend: boolean;
  readonly forceConflicts: boolean;
  readonly deletionPolicy: DeletionPolicy;
}

/** Throws an InvalidSpecError, with the way out, for a GitSync that can never be applied. */
export function syncSettingsOf({ metadata, spec }: GitSync): SyncSettings {
  const namespace = metadata.namespace ?? '';
  return {
    key: { namespace, name: metadata.name },
    url: urlOf(spec.url),
    ref: wantedRefOf(spec.ref),
    paths: pathsOf(spec.path),
    intervalMs: intervalMsOf(spec.interval ?? SYNC_DEFAULTS.interval),
    secretRef: spec.secretRef && { namespace, name: spec.secretRef.name },
    account: `system:serviceaccount:${namespace}:${spec.serviceAccountName ?? SYNC_DEFAULTS.serviceAccountName}`,
    prune: spec.prune ?? SYNC_DEFAULTS.prune,
    suspend: spec.suspend ?? false,
    forceConflicts: spec.forceConflicts ?? SYNC_DEFAULTS.forceConflicts,
    deletionPolicy: spec.deletionPolicy ?? SYNC_DEFAULTS.deletionPolicy,
  };
}

/** The URL itself is in no message: it may hold a password. */
function urlOf(url: string): string {
  if (url.trim() === '') {
    throw new InvalidSpecError('spec.url is empty: set the URL of the Git repository');
  }
  if (new RegExp(PASSWORD_FORM).test(url.trim())) throw new InvalidSpecError(`spec.url: ${PASSWORD_IN_URL}`);
  return url.trim();
}
